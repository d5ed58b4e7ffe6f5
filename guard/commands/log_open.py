"""What the commands of `guard log` share: where the log is, which records are meant, who asks."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from guard.errors import InputError, LogError
from guard.report import Outcome, RiskLevel
from guard.settings import LogSettings, deployment

if TYPE_CHECKING:
    from guard.log.log import Log
    from guard.log.places import Places
    from guard.log.select import Selection
    from guard.log.store import Entry, Store

WHERE = "GUARD_LOG_WHERE"
Where = Annotated[
    str | None,
    typer.Option(
        "--log",
        envvar=WHERE,
        help="The log: a file, or the URL of a PostgreSQL database (better in the environment, "
        "where no list of processes shows it).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON on standard output.")]
Since = Annotated[
    str | None, typer.Option("--since", help="From here on: 2026-11-28, 2026-11-28T09:30, 7d.")
]
Until = Annotated[
    str | None, typer.Option("--until", help="Up to here; a day without a time is within.")
]
RuleName = Annotated[
    str | None, typer.Option("--rule", help="Turns on which this rule fired; `base.*` for several.")
]
PackName = Annotated[
    str | None, typer.Option("--pack", help="Turns on which a rule of this pack fired.")
]
OutcomeName = Annotated[str | None, typer.Option("--outcome", help="pass, flag or unknown.")]
RiskName = Annotated[str | None, typer.Option("--risk", help="none, possible or acute.")]
Subject = Annotated[
    str | None,
    typer.Option(
        "--subject",
        help="Turns of this person: the id that the application gave, or the pseudonym in the log.",
    ),
]
By = Annotated[
    str | None, typer.Option("--by", help="Who asks; by default the user of this machine.")
]
ConfirmedBy = Annotated[
    str | None,
    typer.Option(
        "--confirmed-by",
        help="Who else stands for it; needed with two_person in guard.toml, and recorded.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@dataclass(frozen=True, slots=True)
class Named:
    """The log that is meant, and what the deployment has set for it, if it is the deployment's."""

    where: str
    settings: LogSettings | None

    @property
    def places(self) -> Places:
        """The files around it."""
        from guard.log.places import Places

        return Places.of(self.where, self.settings.files if self.settings else None)


def named(log: str | None) -> Named:
    """The log that was named, else that of `guard.toml`.

    Raises:
        InputError: there is neither.
        LogError: there is no such file.
    """
    from guard.log.places import is_postgres

    settings = deployment().log
    where = log or (settings.where if settings else None)
    if where is None:
        raise InputError(
            f"say which log is meant: --log audit.db, {WHERE} in the environment, or [log] in "
            "guard.toml"
        )
    if not is_postgres(where) and not Path(where).is_file():
        raise LogError(f"there is no log {where}")
    ours = settings is not None and settings.where == where
    return Named(where, settings if ours else None)


@contextmanager
def reading(log: str | None) -> Iterator[Store]:
    """The store of a log, to read from it alone."""
    from guard.log.places import open_store

    store = open_store(named(log).where)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def writing(log: str | None) -> Iterator[Log]:
    """A log, to add to it. What cannot be written raises: a command has no second chance."""
    from guard.log.log import Log

    meant = named(log)
    kept = meant.settings
    told = {"checkpoints", "witness", "files", "text"}
    settings = kept.model_dump(include=told) if kept else {}
    with Log.open(meant.where, **settings, on_error="raise") as opened:
        yield opened


def selection(
    log: str | None,
    *,
    since: str | None = None,
    until: str | None = None,
    rule: str | None = None,
    pack: str | None = None,
    outcome: str | None = None,
    risk: str | None = None,
    subject: str | None = None,
    kind: Any = None,
) -> Selection:
    """Which records are meant.

    Raises:
        InputError: an option has a value that it cannot have.
    """
    from guard.log.select import Selection, moment

    return Selection(
        since=moment(since) if since else None,
        until=moment(until, end=True) if until else None,
        kind=kind,
        rule=rule,
        pack=pack,
        outcome=_one_of(outcome, get_args(Outcome), "--outcome"),
        risk=_one_of(risk, get_args(RiskLevel), "--risk"),
        subject=pseudonym(log, subject) if subject else None,
    )


def pseudonym(log: str | None, subject: str) -> str:
    """The pseudonym of a subject in this log; 64 hexadecimal digits are one already.

    Raises:
        LogError: the deployment's keys, which make pseudonyms, are not here.
    """
    if len(subject) == 64 and set(subject) <= set("0123456789abcdef"):
        return subject
    import os

    from guard.log.keys import load_secrets

    secrets = named(log).places.secrets
    if not secrets.exists() and "GUARD_LOG_PEPPER" not in os.environ:
        raise LogError(f"a pseudonym needs the log's keys, and {secrets} is not there")
    return load_secrets(secrets).pseudonym(subject)


def found_in(store: Store, record: str) -> Entry:
    """A record by its id or its number.

    Raises:
        InputError: there is none.
    """
    if record.isdecimal() and len(record) < 17:
        entry = next(store.entries(int(record), int(record) + 1), None)
    else:
        entry = store.find(record)
    if entry is None:
        raise InputError(f"there is no record {record[:40]}; see guard log list")
    return entry


def who(by: str | None) -> str:
    """Who asks."""
    if by:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise InputError("say who asks, with --by") from None


def _one_of(value: str | None, allowed: tuple[Any, ...], option: str) -> Any:
    if value is not None and value not in allowed:
        raise InputError(f"{option} must be one of {', '.join(allowed)}, not {value!r}")
    return value
