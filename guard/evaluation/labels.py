"""Which labels a row bears, and which score of a report stands against each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from guard.errors import InputError
from guard.report import EmotionName, Function, Report, Scores

Row = Mapping[str, Any]
FUNCTIONS = get_args(Function)
EMOTIONS = get_args(EmotionName)
RISKS = ("none", "possible", "acute")
_PLAIN = (
    "soothe_only", "cold", "concedes_false", "false_contradiction", "flip", "self_claim",
    "attachment", "risk_unhandled", "flag",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """A label: what it is called, its truth in a row (None: not labelled), and our score for it."""

    name: str
    truth: Callable[[Row], int | None]
    score: Callable[[Report], float | None]


def labels_of(rows: Sequence[Row], given: Iterable[str] = ()) -> list[Label]:
    """The labels that at least one row bears with either value.

    Args:
        rows: the rows of the file.
        given: `COLUMN=SCORE` for labels under names of their own ("my_column=soothe_only").

    Raises:
        InputError: a given label is not of that form, or no row has the column.
    """
    found = [_given(text, rows) for text in given]
    named = [*(_plain(name, name) for name in _PLAIN), *_functions(), *_kept(), *_user_side()]
    return found + [label for label in named if _both(label, rows)]


def _both(label: Label, rows: Sequence[Row]) -> bool:
    return len({label.truth(row) for row in rows} - {None}) == 2


def _given(text: str, rows: Sequence[Row]) -> Label:
    column, _, score = text.partition("=")
    if score not in Scores.model_fields:
        raise InputError(
            f"--label takes COLUMN=SCORE, SCORE one of {', '.join(Scores.model_fields)}"
        )
    if not any(column in row for row in rows):
        raise InputError(f"--label {text}: no row has a field {column!r}")
    label = _plain(column, score)
    if not _both(label, rows):
        raise InputError(f"--label {text}: {column!r} must be 0 and 1, and both must occur")
    return label


def _plain(column: str, score: str) -> Label:
    return Label(
        column if column == score else f"{column} ({score})",
        lambda row: binary(row.get(column)),
        lambda report: report.scores[score],
    )


def binary(value: object) -> int | None:
    """0 or 1 of what data sets hold for them; None for anything else."""
    if isinstance(value, bool) or value in (0, 1):
        return int(value)
    return {"0": 0, "1": 1, "yes": 1, "no": 0}.get(value) if isinstance(value, str) else None


def _functions() -> Iterable[Label]:
    for name in FUNCTIONS:
        yield Label(
            name,
            lambda row, name=name: _holds(row.get("functions"), name),  # type: ignore[misc]
            lambda report, name=name: report.scores[name],  # type: ignore[misc]
        )
    yield Label(
        "no function",
        lambda row: None if row.get("functions") is None else int(not row["functions"]),
        lambda report: (
            None
            if report.scores.self is None
            else 1.0 - max(report.scores[f] or 0.0 for f in FUNCTIONS)
        ),
    )


def _kept() -> Iterable[Label]:
    for name in FUNCTIONS:
        yield Label(
            f"kept {name}",
            lambda row, name=name: (  # type: ignore[misc]
                _holds(row.get("kept"), name) if _holds(row.get("functions"), name) else None
            ),
            lambda report, name=name: report.scores[f"kept_{name}"],  # type: ignore[misc]
        )


def _user_side() -> Iterable[Label]:
    yield Label(
        "false belief",
        lambda row: binary(row.get("belief_false")),
        lambda report: report.scores.belief_false,
    )
    yield Label("risk", _at_least("possible"), lambda report: report.scores.risk)
    yield Label("risk acute", _at_least("acute"), lambda report: report.scores.risk_acute)
    for name in EMOTIONS:
        yield Label(
            f"emotion {name}",
            lambda row, name=name: _holds(row.get("emotions"), name),  # type: ignore[misc]
            lambda report, name=name: _emotion(report, name),  # type: ignore[misc]
        )


def _holds(listed: object, name: str) -> int | None:
    return int(name in listed) if isinstance(listed, list | tuple | dict) else None


def _at_least(level: str) -> Callable[[Row], int | None]:
    def truth(row: Row) -> int | None:
        risk = row.get("risk")
        return int(RISKS.index(risk) >= RISKS.index(level)) if risk in RISKS else None

    return truth


def _emotion(report: Report, name: str) -> float | None:
    if not report.reading.judged:
        return None
    return max((e.probability for e in report.reading.emotions if e.name == name), default=0.0)
