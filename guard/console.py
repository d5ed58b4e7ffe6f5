"""How a report looks to a person at a terminal. Takes values, gives renderables; prints nothing."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from guard.batch import Tally
from guard.report import Action, Finding, Mode, Outcome, Report, Span
from guard.turn import Turn

_OUTCOME_STYLE: dict[Outcome, str] = {"pass": "green", "flag": "red", "unknown": "yellow"}
_SIGNAL_STYLE = {"self": "cyan", "other": "magenta", "norm": "yellow"}
_SIGNAL_NAME = {"self": "self-signal", "other": "other-signal", "norm": "norm-signal"}
_ACT_STYLE = {"soothe": "blue", "minimise": "red", "validate": "blue", "agree": "yellow"}


def report_panel(turn: Turn, report: Report, title: str = "") -> RenderableType:
    """The whole report of one turn: words, sentences, findings, verdict."""
    verdict = report.verdict
    style = _OUTCOME_STYLE[verdict.outcome]
    parts: list[RenderableType] = [
        Text("The user", style="bold"),
        Padding(_user_text(turn, report), (0, 2)),
        Padding(_reading_line(report), (0, 2, 1, 2)),
        Text("The draft", style="bold"),
        Padding(_draft_lines(turn, report), (0, 2, 1, 2)),
    ]
    if report.findings:
        parts.append(Text("Findings", style="bold"))
        parts += [Padding(_finding(f, turn), (0, 2, 1, 2)) for f in report.findings]
    parts.append(_verdict_line(report))
    heading = f"[{style}]{verdict.outcome}[/{style}]{f'  {escape(title)}' if title else ''}"
    return Panel(Group(*parts), title=heading, title_align="left", border_style=style)


def summary_table(tally: Tally) -> RenderableType:
    """Counts by outcome, by fault and by rule."""
    table = Table(title=f"{tally.turns} turns", title_justify="left")
    table.add_column("what")
    table.add_column("turns", justify="right")
    table.add_column("share", justify="right")

    def row(what: str, count: int, style: str = "") -> None:
        share = f"{count / tally.turns:.1%}" if tally.turns else "-"
        table.add_row(what, str(count), share, style=style)

    for outcome, style in _OUTCOME_STYLE.items():
        row(outcome, tally.outcomes[outcome], style)
    for fault, count in sorted(tally.faults.items()):
        row(f"  {fault}", count)
    if tally.rules:
        table.add_section()
        for rule, count in tally.rules.most_common():
            row(rule, count)
    if tally.broken:
        table.add_section()
        table.add_row("broken lines, skipped", str(tally.broken), "", style="yellow")
    return table


def disposition_table(table: Mapping[str, Mapping[Mode, Action]]) -> RenderableType:
    """The policy table: what is done, by cause and mode."""
    modes = list(next(iter(table.values())))
    shown = Table("cause", *modes, title="What is done with a draft", title_justify="left")
    for cause, actions in table.items():
        shown.add_row(cause, *(actions[mode] for mode in modes))
    return shown


def _user_text(turn: Turn, report: Report) -> Text:
    text = Text(_visible(turn.user) or "(nothing)")
    for signal in report.reading.signals:
        style = f"underline {_SIGNAL_STYLE[signal.function]}"
        text.stylize(style, signal.evidence.start, signal.evidence.end)
    for span in report.reading.risk.spans:
        text.stylize("bold red", span.start, span.end)
    return text


def _reading_line(report: Report) -> Text:
    reading = report.reading
    if not reading.judged:
        return Text("not read", "yellow")
    line = Text()
    for signal in reading.signals:
        name = _SIGNAL_NAME[signal.function]
        primary = " (primary)" if signal.function == reading.primary else ""
        line.append(f"{name}{primary} {signal.probability:.2f}  ", _SIGNAL_STYLE[signal.function])
    if reading.emotions:
        line.append(", ".join(e.name for e in reading.emotions[:4]), "dim")
        line.append(f"  intensity {reading.intensity}", "dim")
    if reading.risk.level != "none":
        line.append(f"  risk {reading.risk.level} {reading.risk.probability:.2f}", "bold red")
    if reading.beliefs:
        beliefs = ", ".join(f"{b.type} {b.false:.2f}" for b in reading.beliefs[:3])
        line.append(f"  doubtful beliefs: {beliefs}", "dim")
    if reading.inference != "full":
        line.append(f"  emotion inference: {reading.inference}", "dim")
    return line if line else Text("no signal, no risk", "dim")


def _draft_lines(turn: Turn, report: Report) -> RenderableType:
    if not report.audit.sentences:
        return Text(_visible(turn.draft) or "(none)", style="dim")
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=18)
    table.add_column()
    flagged = {(f.span.start, f.span.end) for f in report.findings if f.span}
    for sentence in report.audit.sentences:
        span = sentence.span
        acts = Text(", ").join(
            Text(act.name, _ACT_STYLE.get(act.name, "green")) for act in sentence.acts[:2]
        )
        style = "underline red" if (span.start, span.end) in flagged else ""
        table.add_row(acts, Text(_cut(turn.draft, span), style=style))
    return table


def _finding(finding: Finding, turn: Turn) -> Text:
    text = Text()
    text.append(f"{finding.rule}", "bold red")
    text.append(f"  {finding.severity}, score {finding.score:.2f} (from {finding.threshold:.2f})\n")
    text.append(finding.reason)
    if finding.span is not None:
        text.append(f"\nseen in: “{_cut(turn.draft, finding.span)}”", "italic")
    if finding.citation is not None:
        text.append(f"\n{finding.citation.text}", "dim")
        if finding.citation.url:
            text.append(f" {finding.citation.url}", "dim")
    return text


def _verdict_line(report: Report) -> Text:
    verdict, reply = report.verdict, report.reply
    text = Text("Verdict ", style="bold")
    text.append(verdict.outcome, f"bold {_OUTCOME_STYLE[verdict.outcome]}")
    text.append(f", {verdict.action}. {verdict.reason}")
    if reply.action != verdict.action:
        text.append(f" Asked for: {verdict.action}; done: {reply.action}.", "dim")
    if reply.changed:
        text.append(f"\nSent instead: {reply.text}", "green")
    return text


def _cut(text: str, span: Span) -> str:
    return _visible(text[span.start : span.end])


def _visible(text: str) -> str:
    """Control characters as pictures, so that a text cannot drive the terminal; same length."""
    return "".join(
        c if c.isprintable() or c == "\n" else " " if c in "\t\r" else "\N{REPLACEMENT CHARACTER}"
        for c in text
    )
