"""`evaluate`: labelled rows and the reports on them, to an Evaluation. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice

from guard.errors import InputError
from guard.evaluation.labels import Label, Row, labels_of
from guard.evaluation.metrics import ROUNDS, Metric, curves, measure, thinned
from guard.report import Report
from guard.turn import Turn

WORST = 5
_SLICED = ("domain", "register", "source", "model", "category", "topic")
_LENGTHS = ((30, "up to 30 words"), (100, "31 to 100 words"), (10**9, "over 100 words"))
_FEWEST = 20  # rows of a slice
_CONTRAST = {"risk_unhandled": "risk_handled"}  # labels whose contrast is named by the other side


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled turn and its report. `name` is the row's id, or its line."""

    name: str
    row: Row
    turn: Turn
    report: Report


@dataclass(frozen=True, slots=True)
class Worst:
    """A row on which the score is furthest from the label."""

    name: str
    label: int
    score: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Metrics of one label over some rows."""

    label: str
    rows: int
    positives: int
    groups: int
    metrics: Mapping[str, Metric]
    length_alone: float | None = None
    worst: tuple[Worst, ...] = ()
    curves: Mapping[str, list[tuple[float, float]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Contrast sets: of the pairs of drafts of one message that differ in a label on purpose, how
    many are ranked right (ties count half)."""

    label: str
    pairs: int
    right: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that was measured on one file."""

    file: str
    rows: int
    unjudged: int
    flagged: float
    labels: tuple[Measured, ...]
    slices: Mapping[str, tuple[Measured, ...]]
    contrasts: tuple[Ranked, ...]


def evaluate(
    file: str,
    cases: Sequence[Case],
    given: Sequence[str] = (),
    group: str | None = None,
    cuts: Mapping[str, float] | None = None,
    rounds: int = ROUNDS,
) -> Evaluation:
    """Measure every label that the rows bear.

    Args:
        file: its name, for the title.
        cases: the labelled turns with their reports.
        given: `COLUMN=SCORE` for labels under names of their own.
        group: field whose value says which rows belong together in the bootstrap; by default rows
            with the same user message do.
        cuts: by score, from where a label counts as found, where it is not 0.5.
        rounds: bootstrap draws.

    Raises:
        InputError: a given label, or the field to group by, is not in the file.
    """
    labels = labels_of([case.row for case in cases], given, cuts)
    if group is not None and not all(group in case.row for case in cases):
        raise InputError(f"--group {group}: every row must have that field")
    grouped: Callable[[Case], str] = lambda case: (  # noqa: E731
        str(case.row.get(group)) if group else case.turn.user
    )

    def measured(some: Sequence[Case], label: Label, *, full: bool) -> Measured | None:
        return _measured(some, label, grouped, rounds, full=full)

    judged = [case for case in cases if case.report.verdict.outcome != "unknown"]
    return Evaluation(
        file=file,
        rows=len(cases),
        unjudged=sum(not case.report.reading.judged for case in cases),
        flagged=sum(c.report.verdict.outcome == "flag" for c in judged) / max(len(judged), 1),
        labels=tuple(m for label in labels if (m := measured(cases, label, full=True))),
        slices={
            name: rows
            for name, some in _slices(cases)
            if (rows := tuple(m for label in labels if (m := measured(some, label, full=False))))
        },
        contrasts=tuple(_contrasts(cases, labels)),
    )


def _measured(
    cases: Sequence[Case],
    label: Label,
    grouped: Callable[[Case], str],
    rounds: int,
    *,
    full: bool,
) -> Measured | None:
    known = [
        (case, truth, score)
        for case in (_of_messages(cases) if label.of_message else cases)
        if (truth := label.truth(case.row)) is not None
        and (score := label.score(case.report)) is not None
    ]
    truths = [truth for _, truth, _ in known]
    if not known or (len(known) < _FEWEST and not full):
        return None
    scores = [score for _, _, score in known]
    groups = [grouped(case) for case, _, _ in known]
    found = [int(label.found(case.report)) for case, _, _ in known]
    metrics = measure(scores, truths, groups, found, rounds if full else max(rounds // 5, 50))
    if not full:
        return Measured(label.name, len(known), sum(truths), len(set(groups)), metrics)
    lengths = [
        float(len((c.turn.user if label.of_message else c.turn.draft).split())) for c, _, _ in known
    ]
    by_length = measure(lengths, truths, groups, found, 0)["auroc"].value
    return Measured(
        label.name,
        len(known),
        sum(truths),
        len(set(groups)),
        metrics,
        None if by_length is None else max(by_length, 1.0 - by_length),
        tuple(islice(_worst(known, found), 2 * WORST)),
        {name: thinned(points) for name, points in curves(scores, truths).items()},
    )


def _of_messages(cases: Sequence[Case]) -> list[Case]:
    return [cases[i] for i in one_a_message([case.turn for case in cases])]


def one_a_message(turns: Sequence[Turn]) -> list[int]:
    """Places of the first turn of each message: what is said of it does not depend on the draft."""
    first: dict[object, int] = {}
    for i, turn in enumerate(turns):
        first.setdefault((turn.context, turn.user), i)
    return list(first.values())


def _worst(known: Sequence[tuple[Case, int, float]], found: Sequence[int]) -> Iterator[Worst]:
    wrong = [k for k, taken in zip(known, found, strict=True) if k[1] != taken]
    for case, truth, score in sorted(wrong, key=lambda k: (-abs(k[1] - k[2]), k[0].name)):
        yield Worst(case.name, truth, score)


def _slices(cases: Sequence[Case]) -> Iterator[tuple[str, list[Case]]]:
    for name in _SLICED:
        named = (case.row.get(name) for case in cases)
        for value in sorted({v for v in named if isinstance(v, str)}):
            yield f"{name}: {value}", [case for case in cases if case.row.get(name) == value]
    least = 0
    for most, title in _LENGTHS:
        some = [c for c in cases if least < len(c.turn.draft.split()) <= most]
        yield f"draft: {title}", some
        least = most
    for function in ("self", "other", "norm"):
        yield (
            f"primary: {function}",
            [case for case in cases if case.row.get("primary") == function],
        )


def _contrasts(cases: Sequence[Case], labels: Sequence[Label]) -> Iterator[Ranked]:
    siblings: dict[str, list[Case]] = {}
    for case in cases:
        if isinstance(case.row.get("contrast"), list | tuple):
            siblings.setdefault(str(case.row.get("message", case.turn.user)), []).append(case)
    for label in labels:
        right: list[float] = []
        for group in siblings.values():
            contrast = _CONTRAST.get(label.name, label.name.split()[0])
            some = [c for c in group if contrast in c.row["contrast"]]
            for one, other in combinations(some, 2):
                truths = label.truth(one.row), label.truth(other.row)
                scores = label.score(one.report), label.score(other.report)
                if None in truths or None in scores or truths[0] == truths[1]:
                    continue
                gap = (scores[0] - scores[1]) * (truths[0] - truths[1])  # type: ignore[operator]
                right.append(1.0 if gap > 0 else 0.5 if gap == 0 else 0.0)
        if right:
            yield Ranked(label.name, len(right), sum(right) / len(right))
