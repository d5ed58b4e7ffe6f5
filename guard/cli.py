"""The command `guard`: audit turns, measure on labelled ones, see a demonstration, the policy."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from guard._version import __version__
from guard.batch import Tally
from guard.commands.audit import audit
from guard.commands.log import log
from guard.commands.options import AsJson, Exit, ModeName, Packs, one_of
from guard.commands.rules import rules
from guard.console import disposition_table, report_panel, summary_table
from guard.errors import BrokenLineError, GuardError
from guard.evaluation.command import evaluation_command
from guard.guard import Guard
from guard.packs.prompt import prompt as paragraph_of
from guard.policy import DISPOSITIONS, MODES, UNRECORDED
from guard.rows import parse_row
from guard.turn import Turn

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="""Audits a draft reply of a language model before it is sent: does it keep what the
    user's emotion tells, or does it only soothe, or concede what is false?

    Try `guard demo`, then `guard audit --user "..." --draft "..."`.""",
)
DEMO = Path(__file__).parent / "demo.jsonl"


def main() -> None:
    """Run the command; errors of ours become one line and an exit code, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character
    try:
        app()
    except BrokenLineError as error:
        _complain(error)
        raise SystemExit(Exit.BROKEN) from None
    except GuardError as error:
        _complain(error)
        raise SystemExit(Exit.USAGE) from None
    except BrokenPipeError:
        # The reader (`head`) has gone; that is no fault of ours. Python must not flush into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(Exit.OK) from None


@app.callback(invoke_without_command=True)
def _version(
    version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False,
) -> None:
    if version:
        typer.echo(f"guard {__version__}")
        raise typer.Exit


app.command()(audit)


@app.command()
def demo(mode: ModeName = "rewrite", as_json: AsJson = False) -> None:
    """Audit turns written for this project, one for each kind of finding, and show the reports."""
    guard = Guard(one_of(mode, MODES, "--mode"))
    console = Console()
    tally = Tally()
    for line in DEMO.read_text("utf-8").splitlines():
        row = parse_row(line)
        turn = Turn.from_dict(row)
        report = guard.check(turn)
        tally.add(report)
        if as_json:
            typer.echo(report.model_dump_json())
        else:
            console.print(report_panel(turn, report, str(row["title"])))
    if not as_json:
        console.print(summary_table(tally))


@app.command()
def prompt(pack: Packs = None) -> None:
    """Print one paragraph for your system prompt, made from the packs: at most 180 words.

    - `guard prompt --pack eating --pack adolescents`
    - `guard prompt --pack auto`: of every pack that is known
    """
    typer.echo(paragraph_of(pack or []))


@app.command()
def policy(as_json: AsJson = False) -> None:
    """Print what is done with a draft, by cause and mode."""
    if as_json:
        typer.echo(json.dumps({**DISPOSITIONS, **UNRECORDED}, indent=1))
    else:
        Console().print(disposition_table({**DISPOSITIONS, **UNRECORDED}))


app.command("eval")(evaluation_command)
app.add_typer(rules, name="rules")
app.add_typer(log, name="log")


def _complain(error: GuardError) -> None:
    Console(stderr=True).print(
        f"guard: {error}", style="red", markup=False, highlight=False, soft_wrap=True
    )


__all__ = ["app", "main"]
