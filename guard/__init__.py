"""Guard: an audit between a language model and a person who feels something.

    import guard

    report = guard.check(user="My dog died last night.", draft="Don't be sad!")
    report.verdict.outcome, report.verdict.reason, report.reply.text

Importing this package loads nothing heavy; models load with the first `Guard`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from guard._version import __version__

if TYPE_CHECKING:
    from guard._protect import protect
    from guard._session import session
    from guard._shared import acheck, check, use
    from guard.clients import report_of, wrap
    from guard.errors import (
        BrokenLineError,
        EncoderError,
        GuardError,
        InputError,
        LogError,
        LogUnavailableError,
        MissingExtraError,
        ModelSetupError,
        PackError,
        PolicyError,
        SettingsFileError,
        UnauditedError,
    )
    from guard.guard import Guard
    from guard.log.about import about
    from guard.log.log import Log
    from guard.log.parts import Circumstances
    from guard.packs.prompt import prompt
    from guard.report import (
        Act,
        Audit,
        Belief,
        Chosen,
        Citation,
        Digests,
        DraftSentence,
        Emotion,
        Finding,
        Reading,
        Recorded,
        Reply,
        Report,
        Resolution,
        Risk,
        Scores,
        Signal,
        Span,
        Stance,
        Timings,
        Trajectory,
        Verdict,
    )
    from guard.text.limits import Limits
    from guard.turn import Message, Turn

_HOME = {
    **dict.fromkeys(
        (
            "GuardError",
            "InputError",
            "BrokenLineError",
            "PackError",
            "EncoderError",
            "LogError",
            "LogUnavailableError",
            "MissingExtraError",
            "ModelSetupError",
            "PolicyError",
            "SettingsFileError",
            "UnauditedError",
        ),
        "guard.errors",
    ),
    **dict.fromkeys(
        (
            "Act",
            "Audit",
            "Belief",
            "Chosen",
            "Citation",
            "Digests",
            "DraftSentence",
            "Emotion",
            "Finding",
            "Reading",
            "Recorded",
            "Reply",
            "Report",
            "Resolution",
            "Risk",
            "Scores",
            "Signal",
            "Span",
            "Stance",
            "Timings",
            "Trajectory",
            "Verdict",
        ),
        "guard.report",
    ),
    **dict.fromkeys(("acheck", "check", "use"), "guard._shared"),
    "protect": "guard._protect",
    "session": "guard._session",
    **dict.fromkeys(("report_of", "wrap"), "guard.clients"),
    "Guard": "guard.guard",
    "Log": "guard.log.log",
    "Circumstances": "guard.log.parts",
    "about": "guard.log.about",
    "prompt": "guard.packs.prompt",
    "Limits": "guard.text.limits",
    "Message": "guard.turn",
    "Turn": "guard.turn",
}

__all__ = [
    "Act",
    "Audit",
    "Belief",
    "BrokenLineError",
    "Chosen",
    "Circumstances",
    "Citation",
    "Digests",
    "DraftSentence",
    "Emotion",
    "EncoderError",
    "Finding",
    "Guard",
    "GuardError",
    "InputError",
    "Limits",
    "Log",
    "LogError",
    "LogUnavailableError",
    "Message",
    "MissingExtraError",
    "ModelSetupError",
    "PackError",
    "PolicyError",
    "Reading",
    "Recorded",
    "Reply",
    "Report",
    "Resolution",
    "Risk",
    "Scores",
    "SettingsFileError",
    "Signal",
    "Span",
    "Stance",
    "Timings",
    "Trajectory",
    "Turn",
    "UnauditedError",
    "Verdict",
    "__version__",
    "about",
    "acheck",
    "check",
    "prompt",
    "protect",
    "report_of",
    "session",
    "use",
    "wrap",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that `import guard` stays light."""
    if name not in _HOME:
        raise AttributeError(f"module 'guard' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return __all__
