"""What a guard and its checks are called with: refused where it makes no sense, else made ready."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic import ValidationError

from guard.errors import InputError, PackError
from guard.packs.conditions import Role
from guard.packs.schema import Override
from guard.policy import MODES
from guard.repair import ANNOTATIONS, Rewriter
from guard.report import Inference
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.log.log import Log

Failing = Literal["fallback", "annotate"]
"""What may be done where no rewrite passed."""
ONE_OF: Mapping[str, tuple[str, ...]] = {
    "mode": MODES,
    "emotion_inference": get_args(Inference),
    "role": get_args(Role),
    "annotation": ANNOTATIONS,
    "if_rewrite_fails": get_args(Failing),
}


def refuse_unknown(**given: str) -> None:
    """Raises:
    ValueError: an argument is none of the names that it may be.
    """
    for name, value in given.items():
        if value not in ONE_OF[name]:
            raise ValueError(f"{name} must be one of {', '.join(ONE_OF[name])}, not {value!r}")


def overrides_of(given: Mapping[str, Override | Mapping[str, Any]]) -> dict[str, Override]:
    """What a deployment changes, validated.

    Raises:
        PackError: an unknown key or a wrong value.
    """
    found = {}
    for rule, change in given.items():
        try:
            found[rule] = change if isinstance(change, Override) else Override(**change)
        except (ValidationError, TypeError) as error:
            kept = ", ".join(Override.model_fields)
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else "no mapping"
            raise PackError(f"override of {rule}: {said}; it may have {kept}") from None
    return found


def turn_of(
    turn: Turn | None, user: str | None, draft: str | None, messages: Iterable[Any] | None
) -> Turn:
    """The turn that a check was called with.

    Raises:
        InputError: the arguments do not make a turn.
    """
    given = [
        name
        for name, value in (("turn", turn), ("user", user), ("messages", messages))
        if value is not None
    ]
    if len(given) != 1:
        raise InputError("give exactly one of: a turn, user=, messages=")
    if turn is not None:
        if not isinstance(turn, Turn):
            raise InputError(f"turn must be a Turn, not {type(turn).__name__}")
        return turn if draft is None else turn.with_draft(draft)
    if messages is not None:
        return Turn.from_messages(messages, draft)
    return Turn.of(user if user is not None else "", "" if draft is None else draft)


def rewriter_of(given: Rewriter | str | None) -> tuple[Rewriter, ...]:
    """The rewriter that is asked before the offline one, if there is any.

    Raises:
        MissingExtraError: the extra `openai` is not installed.
        ValueError: it is another name than `model`.
    """
    if given is None:
        return ()
    if not isinstance(given, str):
        return (given,)
    if given != "model":
        raise ValueError(f'rewriter must be a rewriter, "model" or None, not {given!r}')
    from guard.repair.model.same import SameModel

    return (SameModel(),)


def log_of(given: Log | str | Path | None) -> Log | None:
    """The log, opened if only its place was given.

    Raises:
        LogError: it cannot be opened.
        MissingExtraError: the extra `log` is not installed.
    """
    if not isinstance(given, str | Path):
        return given
    from guard.log.log import Log

    return Log.open(given)
