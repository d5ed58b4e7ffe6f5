"""`guard log review | erase | prune | checkpoint`: the commands that add to the compliance log."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast, get_args

import typer

from guard.commands.log_open import (
    AsJson,
    By,
    ConfirmedBy,
    Where,
    Yes,
    found_in,
    named,
    pseudonym,
    reading,
    who,
    writing,
)
from guard.errors import InputError
from guard.files import writer
from guard.log.record import Disposition
from guard.log.select import moment

if TYPE_CHECKING:
    from guard.log.store import Checkpoint


def review(
    record: Annotated[
        str, typer.Argument(help="The record that is judged: its id, or its number (seq).")
    ],
    disposition: Annotated[str, typer.Argument(help="agree, false_alarm or missed.")],
    where: Where = None,
    by: By = None,
    rule: Annotated[
        str | None,
        typer.Option("--rule", help="The rule that is judged; without it, all that fired."),
    ] = None,
    note: Annotated[
        str | None, typer.Option("--note", help="Why; - reads it from standard input.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a record: the guard was right (`agree`), it flagged what is fine (`false_alarm`), or it
    passed over something (`missed`).

    The judgement is a record of its own; nothing is changed. Precision of each rule comes from
    these, and `guard log export --for-training` gives the disagreements.
    """
    if disposition not in get_args(Disposition):
        raise InputError(
            f"a disposition is one of {', '.join(get_args(Disposition))}, not {disposition[:40]!r}"
        )
    told = sys.stdin.read().strip() if note == "-" else note
    with writing(where) as log:
        of = found_in(log.store, record).event_id
        made = log.review(of, cast(Disposition, disposition), who(by), told, rule=rule)
    _tell({"id": made.event_id, "of": of, "disposition": disposition}, as_json,
          f"recorded as {made.event_id}")  # fmt: skip


def erase(
    subject: Annotated[
        str,
        typer.Argument(help="Who, by the id that the application gave; - reads it from stdin."),
    ],
    basis: Annotated[
        str, typer.Option("--basis", help='The legal basis: "GDPR art. 17, request 31".')
    ],
    where: Where = None,
    by: By = None,
    confirmed_by: ConfirmedBy = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: destroy the keys of their texts, and delete the texts from the files.

    It cannot be undone. What was decided stays, without the texts, and the log still verifies. A
    record under legal hold prevents it. Backups of the file of keys must be erased as well.
    """
    person = sys.stdin.read().strip() if subject == "-" else subject
    if not person or not basis.strip():
        raise InputError("say who is erased, and on which legal basis")
    tag = pseudonym(where, person)
    if tag == person:
        raise InputError("give the id that the application gave, not its pseudonym")
    with reading(where) as store:
        keys = len(store.keys(tag))
    if not yes:
        typer.confirm(
            f"Destroy {keys} keys, and every text under them? This cannot be undone.",
            abort=True,
            err=True,
        )
    with writing(where) as log:
        gone = log.erase(person, basis=basis, by=who(by), confirmed_by=confirmed_by)
    _tell({"keys_destroyed": gone, "basis": basis}, as_json, f"{gone} keys destroyed")


def prune(
    where: Where = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--before",
            help="What is older goes: 2026-05-28, 180d; by default what [log] of guard.toml says "
            "(retain_days, retain_text_days).",
        ),
    ] = None,
    texts_only: Annotated[
        bool, typer.Option("--texts-only", help="Only the texts go; the records stay.")
    ] = False,
    by: By = None,
    confirmed_by: ConfirmedBy = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove what is older than the retention that you have set.

    A stub stays in place of removed records, so that the rest still verifies. Records under legal
    hold, and what follows them, stay. `docs/log.md` has what laws say of retention. Run it daily.

    - `guard log prune --yes`: as set in guard.toml
    - `guard log prune --before 90d --texts-only`
    """
    due = _due(where, before, texts_only=texts_only)
    told = "; ".join(f"{what} from before {until}" for what, _, until in due)
    if not yes:
        typer.confirm(f"Remove {told}? This cannot be undone.", abort=True, err=True)
    gone: dict[str, int] = {}
    with writing(where) as log:
        for what, scope, until in due:
            gone[what] = log.prune(
                datetime.fromisoformat(until), scope=scope, by=who(by), confirmed_by=confirmed_by
            )
    _tell(
        {"removed": gone, "before": {what: until for what, _, until in due}},
        as_json,
        "; ".join(f"{gone[what]} {what} removed, from before {until}" for what, _, until in due),
    )


_Due = tuple[str, Literal["records", "payloads"], str]


def _due(where: str | None, before: str | None, *, texts_only: bool) -> list[_Due]:
    """What is to go, and from before when. Texts first: they may go earlier than records.

    Raises:
        InputError: nothing was said, here or in the settings.
    """
    if before is not None:
        what: _Due = ("texts", "payloads", "") if texts_only else ("records", "records", "")
        return [(what[0], what[1], moment(before))]
    kept = named(where).settings
    due: list[_Due] = []
    if kept is not None and kept.retain_text_days is not None:
        due.append(("texts", "payloads", moment(f"{kept.retain_text_days}d")))
    if kept is not None and kept.retain_days is not None and not texts_only:
        due.append(("records", "records", moment(f"{kept.retain_days}d")))
    if not due:
        raise InputError(
            "say --before, or set retain_days or retain_text_days under [log] in guard.toml"
        )
    return due


def checkpoint(
    where: Where = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Write it to this file: keep it where nobody can alter it."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sign what is not signed yet, and print the latest checkpoint.

    Keep checkpoints away from the log: whoever holds one can prove with `guard log verify --against
    FILE` that nothing before it was altered or removed.
    """
    with writing(where) as log:
        log.checkpoint()
        latest = log.store.latest_checkpoint()
        key = str(log.public_key)
    if latest is None:
        raise InputError("there is nothing to sign: the log is empty")
    if out is not None:
        with writer(out) as write:
            write(latest.note.rstrip("\n"))
    _tell(_told(latest) | {"public_key": key}, as_json, latest.note.rstrip("\n"))


def rotate_key(where: Where = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Sign with a new key from here on, for instance because the old one may have been seen.

    The old key vouches for the new one in a record, so the public key that people hold still
    verifies everything. Processes that write to the log must be started anew to sign.
    """
    if not yes:
        typer.confirm("Change the key that signs checkpoints?", abort=True, err=True)
    with writing(where) as log:
        log.rotate_key()
        key = str(log.public_key)
    _tell({"public_key": key}, as_json, f"changed; {key} still verifies the log")


def _told(latest: Checkpoint) -> dict[str, Any]:
    return {"size": latest.size, "root": latest.root.hex(), "note": latest.note}


def _tell(values: dict[str, Any], as_json: bool, line: str) -> None:
    typer.echo(json.dumps(values, indent=1) if as_json else line)
