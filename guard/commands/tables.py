"""How packs, their cases, doubts and explanations look to a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from guard.packs.cases import Outcome, Outcomes
from guard.packs.checks import Held
from guard.packs.explain import Explanation
from guard.packs.lint import Doubt
from guard.packs.load import LoadedPack
from guard.packs.schema import Pack, Rule

_NARROW = 0.02  # a margin that a new model, or a comma, may use up
_LONG = 240  # characters of a case that are shown


def packs_table(packs: Sequence[Pack]) -> RenderableType:
    """One line for each pack."""
    table = Table("pack", "version", "for", "rules", "beliefs", "cases", "status")
    for pack in packs:
        cases = len(pack.cases) + sum(len(rule.cases) for rule in pack.rules)
        table.add_row(
            pack.id,
            pack.version,
            escape(pack.title),
            str(len(pack.rules)),
            str(len(pack.beliefs)),
            str(cases),
            escape(pack.status),
        )
    return table


def pack_panel(loaded: LoadedPack) -> RenderableType:
    """The header, the rules, and the known beliefs of a pack."""
    pack = loaded.pack
    head = Table.grid(padding=(0, 2))
    for name, value in (
        ("for", pack.audience),
        ("does", pack.does),
        ("leaves out", pack.leaves_out),
        ("jurisdiction", pack.jurisdiction),
        ("status", pack.status),
        ("extends", ", ".join(pack.extends)),
        ("file", str(loaded.file)),
        ("digest", loaded.digest),
    ):
        if value:
            head.add_row(Text(name, style="bold"), Text(value))
    parts: list[RenderableType] = [head]
    for rule in pack.rules:
        parts.append(Padding(_rule(rule), (1, 0, 0, 0)))
    if pack.beliefs:
        table = Table("known to be false", "what is so", "source", title_justify="left")
        for belief in pack.beliefs:
            table.add_row(
                escape(belief.statements[0]), escape(belief.correction), escape(belief.source)
            )
        parts.append(Padding(table, (1, 0, 0, 0)))
    title = f"{pack.id} {pack.version}  {escape(pack.title)}"
    return Panel(Group(*parts), title=title, title_align="left")


def _rule(rule: Rule) -> RenderableType:
    head = Text.assemble((rule.id, "bold"), f"  {rule.kind}, {rule.severity}, {rule.action}")
    lines = [rule.reason]
    if rule.kind != "permit":
        lines.append(f"To mend: {rule.guidance}")
    if rule.citation:
        lines.append(f"Source: {rule.citation.text}")
    return Group(head, *(Padding(Text(line), (0, 2)) for line in lines))


def cases_report(outcomes: Outcomes) -> RenderableType:
    """What failed, as expected against got, and which rules the cases reach."""
    if not outcomes.cases:
        none = f"{outcomes.pack}: there are no cases, so nothing was tested; write one under a rule"
        return Text(none, style="red")
    passed = len(outcomes.cases) - len(outcomes.failed)
    style = "red" if outcomes.failed else "green"
    parts: list[RenderableType] = [
        Text(f"{outcomes.pack}: {passed} of {len(outcomes.cases)} cases hold", style=style)
    ]
    parts += [Padding(_failed(one), (0, 2, 1, 2)) for one in outcomes.failed]
    reached = sum(count > 0 for count in outcomes.coverage.values())
    line = f"  {reached} of {len(outcomes.coverage)} rules are reached by a case"
    missed = [rule for rule, count in outcomes.coverage.items() if not count]
    parts.append(Text(line + (f"; not: {', '.join(missed)}" if missed else "")))
    return Group(*parts)


def margins_report(outcomes: Outcomes, below: float) -> RenderableType:
    """How far each case is from turning, the nearest first."""
    near = [(one.margin, one) for one in outcomes.cases if one.margin is not None]
    shown = sorted((one for one in near if one[0] < below), key=lambda one: one[0])
    head = f"{outcomes.pack}: {len(near)} of {len(outcomes.cases)} cases hang on a threshold"
    if len(shown) < len(near):
        head += f", {len(shown)} of them by less than {below:g}"
    parts: list[RenderableType] = [Text(head)]
    table = Table("margin", "case", "expects", "hangs on")
    for margin, one in shown:
        style = "red" if margin < 0 else "yellow" if margin < _NARROW else ""
        expects = "fires" if one.case.flag else "silent"
        table.add_row(Text(f"{margin:+.3f}", style), _whose(one), expects, Text(one.hangs_on))
    return Group(*parts, *([table] if shown else []))


def _whose(one: Outcome) -> str:
    return f"{one.rule}, case {one.number}" if one.rule else f"case {one.number} of the pack"


def _failed(one: Outcome) -> RenderableType:
    whose = _whose(one)
    wanted = one.rule or one.case.rule
    expected = (wanted or "some rule") if one.case.flag else f"not {wanted}" if one.rule else "pass"
    got = ", ".join(one.fired) or "pass"
    table = Table.grid(padding=(0, 1))
    table.add_row("user", Text(_cut(one.case.user)))
    table.add_row("draft", Text(_cut(one.case.draft)))
    table.add_row(Text("- expected", style="green"), Text(expected, style="green"))
    table.add_row(Text("+ got", style="red"), Text(got, style="red"))
    if one.why_not:
        table.add_row("because", Text(one.why_not))
    return Group(Text(whose, style="bold"), table)


def doubts_table(doubts: Sequence[Doubt]) -> RenderableType:
    """One line for each doubt."""
    if not doubts:
        return Text("nothing doubtful", style="green")
    table = Table("what", "where", "why")
    for doubt in doubts:
        table.add_row(doubt.kind, escape(doubt.where), escape(doubt.message))
    return table


def explanation_panel(found: Explanation) -> RenderableType:
    """Every condition of a rule, whether it holds, and the nearest exemplars."""
    fired = found.finding is not None
    parts: list[RenderableType] = []
    if found.score:
        parts.append(Text(f"score  {found.score}"))
    parts += [_held(one) for one in found.parts]
    for number, unless in enumerate(found.unless, 1):
        holds = all(one.held for one in unless)
        style = "red" if holds else "dim"
        parts.append(Text(f"unless {number}: {'holds' if holds else 'does not hold'}", style=style))
        parts += [Padding(_held(one), (0, 0, 0, 2)) for one in unless]
    if found.nearest:
        table = Table("side", "nearest exemplars", "sentence", "similarity", "needs")
        for near in found.nearest:
            table.add_row(
                near.side,
                escape(near.exemplar),
                str(near.sentence),
                f"{near.cosine:.2f}",
                f"{near.at_least:.2f}",
            )
        parts.append(Padding(table, (1, 0)))
    for resolution in found.report.resolutions:
        parts.append(Text(f"{resolution.won} over {resolution.lost}: {resolution.why}"))
    parts.append(Text(f"verdict: {found.report.verdict.outcome}, {found.report.verdict.reason}"))
    word = "fired" if fired else "did not fire"
    title = f"{escape(found.rule)} {word}"
    return Panel(Group(*parts), title=title, title_align="left")


def _held(one: Held) -> Text:
    mark, style = ("yes", "green") if one.held else ("no ", "red")
    return Text.assemble((mark, style), f" {one.part}: {one.because}")


def _cut(text: str) -> str:
    return text if len(text) <= _LONG else f"{text[:_LONG]} …"
