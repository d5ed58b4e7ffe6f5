"""How records of the compliance log look to a person at a terminal. Gives renderables; prints
nothing. Text in a record is shown with its control characters visible, never obeyed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from guard.log.page_pieces import interval, number
from guard.log.parts import MILLION
from guard.log.period import Period
from guard.log.record import AnyRecord, ReviewRecord, Texts, TurnRecord
from guard.log.store import Entry

_STYLE = {"pass": "green", "flag": "red", "unknown": "yellow"}


def records_table(rows: Iterable[tuple[Entry, AnyRecord]]) -> Table:
    """One line for each record."""
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0))
    for name in ("seq", "time (UTC)", "kind", "outcome", "rule or what", "done", "risk", "id"):
        # Seq and id are what other commands take: they are shown whole.
        table.add_column(name, overflow="fold", no_wrap=name == "seq")
    for entry, record in rows:
        table.add_row(*_line(entry, record))
    return table


def record_line(entry: Entry, record: AnyRecord) -> Text:
    """One record as one line, for a log that is followed."""
    seq, when, kind, outcome, what, done, risk, event_id = (str(c) for c in _line(entry, record))
    told = "  ".join(part for part in (when, kind, outcome, what, done, risk) if part)
    return Text(f"{seq}  {told}  {event_id}", style=_STYLE.get(outcome, ""))


def _line(entry: Entry, record: AnyRecord) -> Sequence[str | Text]:
    when = record.ts[:19].replace("T", " ")
    head = (str(entry.seq), when, record.kind)
    if isinstance(record, TurnRecord):
        outcome = Text(record.outcome, style=_STYLE[record.outcome])
        what = record.rule or record.fault or ""
        risk = record.reading.risk.level if record.reading.risk else ""
        return (*head, outcome, Text(what), record.done, "" if risk == "none" else risk, record.id)
    if isinstance(record, ReviewRecord):
        return (*head, "", Text(f"{record.disposition} {record.of}"), "", "", record.id)
    return (*head, "", Text(_what(record)), "", "", record.id)


def _what(record: AnyRecord) -> str:
    told = record.model_dump(mode="json", exclude_none=True)
    for name in ("basis", "purpose", "why", "until", "new"):
        if name in told:
            return _visible(f"{name} {told[name]}")
    return ""


def record_panel(
    entry: Entry, record: AnyRecord, texts: Texts | None, reviews: Sequence[ReviewRecord]
) -> RenderableType:
    """All of one record, its texts if they were asked for, and what reviewers said of it."""
    head = Table.grid(padding=(0, 2))
    body = record.body()
    shown = {
        name: body.pop(name)
        for name in tuple(body)
        if not isinstance(body[name], list | dict) and name not in ("version", "kind")
    }
    for name, value in shown.items():
        head.add_row(Text(name, style="bold"), Text(_visible(str(value))))
    head.add_row(Text("leaf", style="bold"), entry.leaf.hex())
    parts: list[RenderableType] = [head]
    if isinstance(record, TurnRecord):
        parts += [_reading(record), *(_finding(record, i) for i in range(len(record.findings)))]
    if texts is not None:
        parts.append(Padding(_texts(texts), (1, 0, 0, 0)))
    for review in reviews:
        rule = f" of {review.rule}" if review.rule else ""
        parts.append(
            Text(
                f"{review.ts[:19]}  {_visible(review.reviewer)}: {review.disposition}"
                f"{_visible(rule)}  {review.id}"
            )
        )
    return Panel(Group(*parts), title=f"{record.kind} {entry.seq}", title_align="left")


def _reading(record: TurnRecord) -> RenderableType:
    reading = record.reading
    told = [f"{s.function} {s.probability / MILLION:.2f}" for s in reading.signals]
    told += [f"{e.name} {e.probability / MILLION:.2f}" for e in reading.emotions]
    if reading.risk is not None and reading.risk.level != "none":
        told.append(f"risk {reading.risk.level}, handled {reading.risk.handled}")
    return Padding(Text(f"read  {', '.join(told) or 'nothing'}"), (1, 0, 0, 0))


def _finding(record: TurnRecord, place: int) -> RenderableType:
    one = record.findings[place]
    where = f"  {one.span.source} {one.span.start}-{one.span.end}" if one.span else ""
    lines: list[RenderableType] = [
        Text.assemble(
            (one.rule, "bold"),
            f"  {one.severity}, {one.action}, {one.score / MILLION:.2f} "
            f"(from {one.threshold / MILLION:.2f}){where}",
        ),
        Padding(Text(one.reason), (0, 2)),
    ]
    if one.citation:
        lines.append(Padding(Text(f"Source: {one.citation}"), (0, 2)))
    return Group(*lines)


def _texts(texts: Texts) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for role, content in texts.context:
        table.add_row(Text(f"before, {role}", style="bold"), Text(_visible(content)))
    for name in ("user", "draft", "reply", "note"):
        told = getattr(texts, name)
        if told is not None:
            table.add_row(Text(f"{name} ({texts.mode})", style="bold"), Text(_visible(told)))
    return table


def summary_panel(period: Period) -> RenderableType:
    """The numbers of a period, in short."""
    below = period.suppressed_below
    head = Table.grid(padding=(0, 2))
    for name, told in (
        ("turns recorded", number(period.turns, below)),
        *((f"  {name}", number(count, below)) for name, count in period.outcomes.items()),
        *(
            (f"  not audited: {name}", number(count, below))
            for name, count in period.faults.items()
        ),
        ("crisis referrals", number(period.crisis.referred, below)),
        ("risk without a referral", number(period.crisis.not_referred, below)),
        ("reviews", ", ".join(_said(period)) or "none"),
        ("records lost", str(period.lost)),
        ("erasures", str(period.erasures)),
        ("readings of texts", str(period.readings_of_texts)),
        ("integrity", f"{period.integrity.result}: {period.integrity.detail}"),
    ):
        head.add_row(Text(name, style="bold"), Text(told))
    rules = Table("rule", "turns", "agreed", "false alarms", "precision (95%)")
    for rule in period.rules:
        rules.add_row(
            escape(rule.rule),
            number(rule.turns, below),
            number(rule.agree, below),
            number(rule.false_alarm, below),
            interval(rule.precision),
        )
    title = f"{period.since or period.first or '-'} to {period.until or period.last or '-'}"
    return Panel(Group(head, Padding(rules, (1, 0, 0, 0))), title=title, title_align="left")


def _said(period: Period) -> list[str]:
    below = period.suppressed_below
    return [f"{name} {number(count, below)}" for name, count in period.reviews.dispositions.items()]


def _visible(text: str) -> str:
    """Control and bidirectional characters as their code points: a text cannot move the cursor."""
    return "".join(
        c if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co")
        else f"<{ord(c):04x}>"
        for c in text
    )  # fmt: skip
