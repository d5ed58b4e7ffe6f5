"""Which labels a row bears, and which score of a report stands against each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, get_args

from guard.errors import InputError
from guard.policy import THRESHOLD
from guard.report import EmotionName, Function, Report, Scores

if TYPE_CHECKING:
    from guard.packs.schema import Rule

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
    """A label: what it is called, its truth in a row (None: not labelled), our score for it, and
    whether the report takes it to hold. `of_message`: it says something of the message alone."""

    name: str
    truth: Callable[[Row], int | None]
    score: Callable[[Report], float | None]
    found: Callable[[Report], bool]
    of_message: bool = False


def labels_of(
    rows: Sequence[Row], given: Iterable[str] = (), cuts: Mapping[str, float] | None = None
) -> list[Label]:
    """The labels that at least one row bears with either value.

    Args:
        rows: the rows of the file.
        given: `COLUMN=SCORE` for labels under names of their own ("my_column=soothe_only").
        cuts: by score, from where it counts as found, as `cuts_of` gives it; else 0.5.

    Raises:
        InputError: a given label is not of that form, or no row has the column.
    """
    cuts = cuts or {}
    found = [_given(text, rows, cuts) for text in given]
    plain = (_plain(name, name, cuts) for name in _PLAIN)
    named = [*plain, *_functions(), *_kept(), *_user_side()]
    return found + [label for label in named if _both(label, rows)]


def cuts_of(rules: Iterable[Rule]) -> dict[str, float]:
    """By score, the lowest threshold of the rules that look at it."""
    cuts: dict[str, float] = {}
    for rule in rules:
        if rule.label is not None and rule.at_least is not None:
            cuts[rule.label] = min(rule.at_least, cuts.get(rule.label, 1.0))
    return cuts


def _both(label: Label, rows: Sequence[Row]) -> bool:
    return len({label.truth(row) for row in rows} - {None}) == 2


def _given(text: str, rows: Sequence[Row], cuts: Mapping[str, float]) -> Label:
    column, _, score = text.partition("=")
    if score not in Scores.model_fields:
        raise InputError(
            f"--label takes COLUMN=SCORE, SCORE one of {', '.join(Scores.model_fields)}"
        )
    if not any(column in row for row in rows):
        raise InputError(f"--label {text}: no row has a field {column!r}")
    label = _plain(column, score, cuts)
    if not _both(label, rows):
        raise InputError(f"--label {text}: {column!r} must be 0 and 1, and both must occur")
    return label


def _plain(column: str, score: str, cuts: Mapping[str, float]) -> Label:
    cut = cuts.get(score, THRESHOLD)

    def found(report: Report) -> bool:
        if score == "flag":  # what is flagged is what a rule flags
            return report.verdict.outcome == "flag"
        return (report.scores[score] or 0.0) >= cut

    return Label(
        column if column == score else f"{column} ({score})",
        lambda row: binary(row.get(column)),
        lambda report: report.scores[score],
        found,
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
            partial(_listed, "functions", name),
            partial(_score, name),
            lambda report, name=name: name in _signals(report),  # type: ignore[misc]
            of_message=True,
        )
    yield Label(
        "no function",
        lambda row: None if row.get("functions") is None else int(not row["functions"]),
        lambda report: (
            None
            if report.scores.self is None
            else 1.0 - max(report.scores[f] or 0.0 for f in FUNCTIONS)
        ),
        lambda report: not _signals(report),
        of_message=True,
    )


def _kept() -> Iterable[Label]:
    for name in FUNCTIONS:
        yield Label(
            f"kept {name}",
            lambda row, name=name: (  # type: ignore[misc]
                _holds(row.get("kept"), name) if _holds(row.get("functions"), name) else None
            ),
            partial(_score, f"kept_{name}"),
            lambda report, name=name: name in report.audit.kept,  # type: ignore[misc]
        )


def _user_side() -> Iterable[Label]:
    yield Label(
        "false belief",
        lambda row: binary(row.get("belief_false")),
        partial(_score, "belief_false"),
        lambda report: bool(report.reading.beliefs),
        of_message=True,
    )
    yield Label(
        "risk",
        _at_least("possible"),
        partial(_score, "risk"),
        lambda report: report.reading.risk.level != "none",
        of_message=True,
    )
    yield Label(
        "risk acute",
        _at_least("acute"),
        partial(_score, "risk_acute"),
        lambda report: report.reading.risk.level == "acute",
        of_message=True,
    )
    for name in EMOTIONS:
        yield Label(
            f"emotion {name}",
            partial(_listed, "emotions", name),
            partial(_emotion, name),
            lambda report, name=name: any(  # type: ignore[misc]
                emotion.name == name for emotion in report.reading.emotions
            ),
            of_message=True,
        )


def _score(name: str, report: Report) -> float | None:
    return report.scores[name]


def _signals(report: Report) -> set[Function]:
    return {signal.function for signal in report.reading.signals}


def _listed(column: str, name: str, row: Row) -> int | None:
    return _holds(row.get(column), name)


def _holds(listed: object, name: str) -> int | None:
    return int(name in listed) if isinstance(listed, list | tuple | dict) else None


def _at_least(level: str) -> Callable[[Row], int | None]:
    def truth(row: Row) -> int | None:
        risk = row.get("risk")
        return int(RISKS.index(risk) >= RISKS.index(level)) if risk in RISKS else None

    return truth


def _emotion(name: str, report: Report) -> float | None:
    if not report.reading.judged:
        return None
    return max((e.probability for e in report.reading.emotions if e.name == name), default=0.0)
