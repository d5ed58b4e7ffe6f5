"""`guard rules`: list, show, test, margins, lint, new, schema, explain."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from guard.commands.tables import (
    cases_report,
    doubts_table,
    explanation_panel,
    margins_report,
    pack_panel,
    packs_table,
)
from guard.errors import InputError
from guard.files import lines_of
from guard.guard import Guard
from guard.models.reader import shared_reader
from guard.packs.cases import Outcomes, run_cases
from guard.packs.explain import explain
from guard.packs.lint import lint
from guard.packs.load import LoadedPack, load_packs
from guard.packs.ruleset import BASE
from guard.packs.scaffold import new_pack
from guard.packs.schema import schema
from guard.packs.sources import files_of, known_packs, shipped_packs
from guard.rows import parse_row
from guard.turn import Turn

rules = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""Read, check, write and understand rule packs.

    A pack is named (`eating`), or is a `.yaml` file, or a folder of them. To start one of your own:
    `guard rules new mine.yaml`; `docs/packs.md` walks through it.""",
)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON on standard output.")]
Names = Annotated[
    list[str] | None,
    typer.Argument(help="Packs: names, .yaml files or folders. By default all that are known."),
]


@rules.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the packs that ship or are installed: for whom each is, and its status."""
    packs = [one for name in known_packs() for one in load_packs([name]) if one.pack.id == name]
    if as_json:
        listed = [
            {
                "id": one.pack.id,
                "version": one.pack.version,
                "title": one.pack.title,
                "status": one.pack.status,
                "rules": len(one.pack.rules),
                "beliefs": len(one.pack.beliefs),
                "ships": one.pack.id in shipped_packs(),
                "digest": one.digest,
            }
            for one in packs
        ]
        typer.echo(json.dumps(listed, indent=1))
    else:
        Console().print(packs_table([one.pack for one in packs]))


@rules.command()
def show(
    pack: Annotated[str, typer.Argument(help="A name or a .yaml file.")], as_json: AsJson = False
) -> None:
    """Show a pack: its header, its rules with their reasons and sources, its known beliefs."""
    one = load_packs([pack])[-1]
    if as_json:
        typer.echo(one.pack.model_dump_json(by_alias=True, exclude_defaults=True, indent=1))
    else:
        Console().print(pack_panel(one))


@rules.command("test")
def cases_(names: Names = None, as_json: AsJson = False) -> None:
    """Run every case of a pack as a test, and count which rules the cases reach.

    Exit codes: 0 all cases hold, 1 one does not or a pack has none, 2 wrong use.
    """
    ran = [outcomes for _, outcomes, _ in _run(names)]
    if as_json:
        typer.echo(json.dumps([_outcomes(one) for one in ran], indent=1))
    else:
        console = Console()
        for one in ran:
            console.print(cases_report(one))
    raise typer.Exit(int(any(one.failed or not one.cases for one in ran)))


@rules.command("margins")
def margins_(
    names: Names = None,
    below: Annotated[
        float, typer.Option(help="Only cases that are nearer to turning than this.")
    ] = 2.0,
    as_json: AsJson = False,
) -> None:
    """Show how far each case is from turning, the nearest first: its cosine or score from the
    threshold. Negative: it does not hold. Where a margin is narrow, add exemplars or cases.
    """
    ran = [outcomes for _, outcomes, _ in _run(names)]
    if as_json:
        listed = [
            {"pack": of.pack, "rule": one.rule or one.case.rule, "case": one.number,
             "expected": one.case.flag, "margin": one.margin, "hangs_on": one.hangs_on}
            for of in ran for one in of.cases if one.margin is None or one.margin < below
        ]  # fmt: skip
        typer.echo(json.dumps(listed, indent=1))
    else:
        for of in ran:
            Console().print(margins_report(of, below))


@rules.command("lint")
def lint_(names: Names = None, as_json: AsJson = False) -> None:
    """Find what is doubtful in a pack that is valid: rules that cannot fire or that no case
    reaches, thresholds that no case pins down, exemplars that take in another rule's harmless
    cases, patterns without end.

    Exit codes: 0 nothing found, 1 something found, 2 wrong use.
    """
    found = [doubt for one, outcomes, guard in _run(names)
             for doubt in lint(one.pack, guard.judge, outcomes)]  # fmt: skip
    if as_json:
        typer.echo(json.dumps([asdict(doubt) for doubt in found], indent=1))
    else:
        Console().print(doubts_table(found))
    raise typer.Exit(int(bool(found)))


@rules.command()
def new(
    file: Annotated[Path, typer.Argument(help="Where to write it: mine.yaml.")],
    title: Annotated[str, typer.Option(help="What the pack is about, for people.")] = "",
) -> None:
    """Write a pack to start from: one rule of each kind, with comments and cases that hold."""
    if file.exists():
        raise InputError(f"{file} is already there; nothing was written")
    if file.suffix not in (".yaml", ".yml"):
        raise InputError(f"{file}: the name must end in .yaml")
    file.write_text(new_pack(file.stem, title), "utf-8")
    typer.echo(f"wrote {file}; next: guard rules test {file}")


@rules.command("schema")
def schema_() -> None:
    """Print the JSON Schema of packs, which editors use to check and complete them."""
    typer.echo(json.dumps(schema(), indent=1))


@rules.command("explain")
def explain_(
    rule: Annotated[str, typer.Argument(help="The id of a rule.")],
    turn: Annotated[
        str | None, typer.Argument(help="A .json file with one turn, or - for stdin.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="The user's message.")] = None,
    draft: Annotated[str | None, typer.Option(help="The draft reply.")] = None,
    pack: Annotated[
        list[str] | None, typer.Option("--pack", help="Where the rule is, if it is not yet known.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say why a rule fired on a turn or did not, with the nearest exemplars and their similarity.

    - `guard rules explain base.soothe-only --user "My dog died." --draft "Don't be sad!"`
    - `guard rules explain mine.first turn.json --pack mine.yaml`
    """
    if (turn is None) == (user is None or draft is None):
        raise InputError("give either a file with a turn (or -), or --user and --draft")
    given = Turn.of(user, draft) if user is not None and draft is not None else _turn_in(str(turn))
    packs = pack if pack is not None else [_pack_of(rule)]
    guard = Guard("observe", packs=[name for name in packs if name != BASE])
    found = explain(rule, given, guard.judge)
    if as_json:
        report = found.report.model_dump(mode="json")
        finding = found.finding.model_dump(mode="json") if found.finding else None
        plain = {
            "rule": rule,
            "fired": found.finding is not None,
            "score": found.score,
            "parts": [_part(one) for one in found.parts],
            "unless": [[_part(one) for one in parts] for parts in found.unless],
            "nearest": [asdict(one) for one in found.nearest],
            "finding": finding,
            "report": report,
        }
        typer.echo(json.dumps(plain, indent=1))
    else:
        Console().print(explanation_panel(found))


def _turn_in(file: str) -> Turn:
    """The one turn of a file."""
    with lines_of(file) as (lines, _):
        rows = [line for line in lines if line.strip()]
    if len(rows) != 1:
        raise InputError(f"{file} holds {len(rows)} turns; explain takes one")
    return Turn.from_dict(parse_row(rows[0]))


def _pack_of(rule: str) -> str:
    """The known pack that has a rule."""
    for name in known_packs():
        for one in load_packs([name]):
            if any(own.id == rule for own in one.pack.rules):
                return one.pack.id
    raise InputError(f"no known pack has a rule {rule!r}; name its file with --pack")


def _run(names: Sequence[str] | None) -> list[tuple[LoadedPack, Outcomes, Guard]]:
    """Each of the packs, with the base pack and what it extends, and how its cases came out."""
    console = Console(stderr=True)
    files = [file for name in names or known_packs() for file in files_of(name)]
    reader = shared_reader()  # held until the last pack
    ran = []
    for file in track(files, "cases", console=console, transient=True, disable=len(files) < 2):
        beside = [] if file == files_of(BASE)[0] else [file]
        guard = Guard("observe", packs=beside, encoder=reader)
        one = next(p for p in load_packs([file]) if p.file == file)
        ran.append((one, run_cases(one.pack, guard.judge), guard))
    return ran


def _outcomes(one: Outcomes) -> dict[str, object]:
    return {
        "pack": one.pack,
        "cases": len(one.cases),
        "failed": [
            {
                "rule": f.rule or f.case.rule,
                "case": f.number,
                "expected": f.case.flag,
                "fired": list(f.fired),
                "why_not": f.why_not,
            }
            for f in one.failed
        ],
        "coverage": dict(one.coverage),
    }


def _part(held: object) -> dict[str, object]:
    found = asdict(held)  # type: ignore[call-overload]
    found.pop("span")
    return dict(found)
