"""An Evaluation as tables for a terminal, and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from guard.evaluation.evaluate import Evaluation, Measured
from guard.evaluation.page import SHOWN, cell, value

_SHORT = {"average precision": "AP", "precision": "P", "recall": "R", "specificity": "spec"}
_WITH_INTERVAL = ("auroc", "f1")
WIDE = 112  # columns that a table with intervals needs


def tables(evaluation: Evaluation, *, slices: bool, width: int = WIDE) -> RenderableType:
    """What a person at a terminal reads; intervals are left out where it is narrow."""
    wide = width >= WIDE
    judged = f"{evaluation.flagged:.1%} of the judged drafts flagged"
    title = f"{escape(evaluation.file)}: {evaluation.rows} rows, {judged}"
    if evaluation.unjudged:
        title += f", {evaluation.unjudged} not judged"
    parts: list[RenderableType] = [_table(title, evaluation.labels, wide=wide)]
    if evaluation.contrasts:
        table = Table("label", "pairs", "ranked right", title="Contrast sets", title_justify="left")
        for ranked in evaluation.contrasts:
            table.add_row(escape(ranked.label), str(ranked.pairs), f"{ranked.right:.1%}")
        parts.append(table)
    if any(m.worst for m in evaluation.labels):
        table = Table("label", "row", "what", "score", title="Worst errors", title_justify="left")
        for measured in evaluation.labels:
            for worst in measured.worst[:5]:
                what = "missed" if worst.label else "false alarm"
                table.add_row(
                    escape(measured.label), escape(worst.name), what, f"{worst.score:.2f}"
                )
            table.add_section()
        parts.append(table)
    if slices:
        parts += [_table(escape(name), some, wide=wide) for name, some in evaluation.slices.items()]
    return Group(*parts)


def as_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Plain values, for JSON; the points of the curves are left to the page."""
    values = asdict(evaluation)
    for measured in values["labels"]:
        del measured["curves"]
    for some in values["slices"].values():
        for measured in some:
            for empty in ("curves", "worst", "length_alone"):
                del measured[empty]
    return values


def _table(title: str, some: Iterable[Measured], *, wide: bool) -> Table:
    """AUROC and F1 carry their interval, if there is room for it."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, int(wide), 0, 0))
    for head in ("label", "n", "+"):
        table.add_column(head, justify="left" if head == "label" else "right", no_wrap=True)
    for _, head in SHOWN:
        table.add_column(_SHORT.get(head, head), justify="right", no_wrap=True)
    table.add_column("length", justify="right", no_wrap=True)
    for m in some:
        cells = (
            cell(m.metrics[name])
            if wide and name in _WITH_INTERVAL
            else value(m.metrics[name].value)
            for name, _ in SHOWN
        )
        table.add_row(escape(m.label), str(m.rows), str(m.positives), *cells, value(m.length_alone))
    return table
