"""Turns, reports and logs for the tests of the log. Reports are made, not audited: what is tested
is what becomes of them."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Any

from guard.log.log import Log
from guard.report import (
    Audit,
    Chosen,
    Citation,
    Digests,
    Emotion,
    Finding,
    Reading,
    Reply,
    Report,
    Risk,
    Scores,
    Signal,
    Span,
    Timings,
    Verdict,
)
from guard.turn import Turn

USER = "My sister moved to Quokkaville and I feel so alone."
DRAFT = "Don't be sad, Quokkaville is nice!"
PACKS = {"base@0.1.0": "ab" * 32, "grief@0.1.0": "cd" * 32}


def turn(user: str = USER, draft: str = DRAFT) -> Turn:
    return Turn.of(user, draft)


def report(
    outcome: str = "flag",
    *,
    draft: str = DRAFT,
    rule: str = "base.soothe-only",
    packs: tuple[str, ...] = ("base",),
    digests: dict[str, str] | None = None,
    risk: Risk | None = None,
    **changes: Any,
) -> Report:
    finding = Finding(
        rule=rule,
        pack=rule.partition(".")[0],
        label="soothe_only",
        severity="medium",
        action="rewrite",
        score=0.9671234,
        threshold=0.4,
        reason="The draft only soothes.",
        span=Span(source="draft", start=0, end=12),
        citation=Citation(text="Sharma et al. 2020", url="https://aclanthology.org/x"),
    )
    words = Span(source="user", start=0, end=9)
    verdict = Verdict(
        outcome=outcome,  # type: ignore[arg-type]
        action="annotate" if outcome != "pass" else "release",
        reason="The draft only soothes." if outcome == "flag" else "No rule fired.",
        rule=rule if outcome == "flag" else None,
        fault="error" if outcome == "unknown" else None,
    )
    made = Report(
        guard="0.1.0",
        mode="annotate",
        reading=Reading(
            emotions=(Emotion(name="loneliness", probability=0.9, stated=True, span=words),),
            intensity=2,
            signals=(Signal(function="self", probability=0.8, evidence=words),),
            primary="self",
            risk=risk or Risk(),
        ),
        audit=Audit(erased=("self",)),
        findings=(finding,) if outcome == "flag" else (),
        packs=tuple(Chosen(pack=name, why="always in force") for name in packs),
        verdict=verdict,
        reply=Reply(text=draft, action=verdict.action),
        scores=Scores(soothe_only=0.9671234, self=0.8),
        timings=Timings(audit_ms=12.3456, repair_ms=0.1, total_ms=12.5),
        digests=Digests(encoder="ef" * 32, packs=digests or PACKS),
    )
    return made.model_copy(update=changes)


def open_log(folder: Path, **settings: Any) -> Log:
    """A log in a folder; texts whole unless said, so that the tests can look for them."""
    settings.setdefault("text", "encrypted")
    settings.setdefault("deadline", 5.0)
    return Log.open(folder / "log.db", **settings)


def files_hold(folder: Path, *needles: str | bytes) -> list[str]:
    """The names of the files, of all under a folder, that hold one of these. Another process copies
    them first: closing a file of SQLite's here would drop the locks of this process on it."""
    raw = [one.encode() if isinstance(one, str) else one for one in needles]
    with tempfile.TemporaryDirectory() as copies:
        subprocess.run(["cp", "-r", f"{folder}/.", copies], check=True, timeout=60)
        return [
            str(path.relative_to(copies))
            for path in sorted(Path(copies).rglob("*"))
            if path.is_file() and any(one in path.read_bytes() for one in raw)
        ]
