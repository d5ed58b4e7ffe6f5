"""`guard log verify | prove | check-proof`: is the log what was written, and proof of that."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from guard.commands.log_open import AsJson, Where, found_in, named, reading
from guard.errors import InputError, LogError
from guard.files import writer
from guard.log.verification import Verification

if TYPE_CHECKING:
    from guard.log.checkpoint import Verifier
    from guard.log.places import Places
    from guard.log.store import Store

_LONGEST_ANCHORS = 64 * 2**20
Key = Annotated[
    str | None,
    typer.Option(
        "--pubkey",
        help="The public key (a file or the key itself) from your own settings; by default the one "
        "beside the log, which whoever alters the log could exchange.",
    ),
]
Against = Annotated[
    list[Path] | None,
    typer.Option(
        "--against",
        help="A file of checkpoints that was kept elsewhere. May be repeated. The file beside the "
        "log is always looked at.",
    ),
]


class Found(IntEnum):
    """What the exit code of `verify` says; 2 is that the log cannot be read."""

    OK = 0
    TAMPERED = 1
    UNSIGNED = 3


def verify_(
    where: Where = None, pubkey: Key = None, against: Against = None, as_json: AsJson = False
) -> None:
    """Verify the log: that no record was altered, removed, inserted, reordered or cut off.

    Exit codes: 0 all is as it was written, and signed; 1 something is wrong (the first line says
    from which record on, and what); 2 the log cannot be read; 3 nothing is wrong, but the latest
    records are not signed yet.

    - `guard log verify --log audit.db --pubkey audit.pub --against kept-elsewhere.txt`
    """
    with reading(where) as store:
        found = verified(store, named(where).places, pubkey, against or ())
    if as_json:
        typer.echo(found.as_json())
    else:
        console = Console()
        console.print(verdict(found), soft_wrap=True, highlight=False, markup=False)
        for problem in found.problems:
            at = "the log" if problem.seq is None else f"record {problem.seq}"
            console.print(
                f"{at}: {problem.wrong}: {problem.what}",
                soft_wrap=True, highlight=False, markup=False, style="red",
            )  # fmt: skip
        for note in found.notes:
            console.print(note, soft_wrap=True, highlight=False, markup=False)
    if not found.ok:
        raise typer.Exit(Found.TAMPERED)
    raise typer.Exit(Found.OK if found.complete else Found.UNSIGNED)


def verdict(found: Verification) -> str:
    unsigned = found.size - found.signed
    told = f"{found.size} records, {found.signed} of them signed"
    if found.pruned:
        told += f", {found.pruned} removed by retention"
    if found.erased:
        told += f", {found.erased} without their texts by erasure or retention"
    if not found.ok:
        return f"TAMPERED: {told}; {len(found.problems)} found:"
    return f"{'ok' if found.complete else f'ok so far, {unsigned} not signed yet'}: {told}"


def verified(
    store: Store, places: Places, pubkey: str | None = None, against: Sequence[Path] = ()
) -> Verification:
    """Verify with the key and the checkpoints that were named, and with those beside the log.

    Raises:
        LogError: the log, the key or a file of checkpoints cannot be read.
    """
    from guard.log.verify import verify

    beside = places.checkpoints
    notes = [note for file in against for note in kept_notes(file)]
    if beside.exists():
        notes += kept_notes(beside)
    return verify(store, public_key(places, pubkey), against=notes)


def public_key(places: Places, pubkey: str | None) -> Verifier:
    """The public key that was named, or the one beside the log.

    Raises:
        LogError: there is none, or it is damaged.
    """
    return named_key(pubkey if pubkey is not None else str(places.public))


def named_key(pubkey: str) -> Verifier:
    """A public key: a file, or the key itself.

    Raises:
        LogError: it is neither, or damaged.
    """
    from guard.log.checkpoint import Verifier

    file = Path(pubkey)
    if "+" in pubkey and not file.is_file():
        return Verifier.parse(pubkey)
    try:
        return Verifier.parse(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise LogError(
            f"the public key {file} cannot be read ({type(error).__name__}); give --pubkey"
        ) from None


def kept_notes(file: Path) -> list[str]:
    """The checkpoints of a file, as `guard log checkpoint` or the log itself has written it.

    Raises:
        LogError: it cannot be read, or holds none.
    """
    try:
        if file.stat().st_size > _LONGEST_ANCHORS:
            raise LogError(f"{file} is too large for a file of checkpoints")
        parts = file.read_text("utf-8").split("\n\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LogError(f"{file} cannot be read ({type(error).__name__})") from None
    notes = [
        f"{text}\n\n{signature.strip()}\n"
        for text, signature in pairwise(parts)
        if signature.startswith("\u2014 ") and not text.startswith("\u2014 ")
    ]
    if not notes:
        raise LogError(f"{file} holds no signed checkpoint")
    return [note.lstrip("\n") for note in notes]


def prove(
    record: Annotated[str, typer.Argument(help="Its id, or its number (seq).")],
    where: Where = None,
    out: Annotated[Path | None, typer.Option(help="Write the proof to this file.")] = None,
) -> None:
    """Prove to somebody without the log that a record is in it: the record, the hashes on the way
    to the root, and the signed checkpoint. It holds no text.

    - `guard log prove 42 --out proof.json`, and whoever has the public key:
      `guard log check-proof proof.json --pubkey audit.pub`
    """
    from guard.log.proofs import prove as proof_of

    with reading(where) as store:
        told = proof_of(store, found_in(store, record).seq)
    if out is None:
        typer.echo(told)
        return
    with writer(out) as write:
        write(told)
    Console(stderr=True).print(f"wrote {out}", highlight=False, soft_wrap=True)


def check_proof(
    file: Annotated[Path, typer.Argument(help="What `guard log prove` has written.")],
    pubkey: Annotated[
        str, typer.Option("--pubkey", help="The public key of the log: a file, or the key itself.")
    ],
) -> None:
    """Check a proof, without the log. Exit codes: 0 it holds, and the record is printed; 2 it does
    not, or is none.
    """
    from guard.log.proofs import check_proof as checked

    try:
        told = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read ({type(error).__name__})") from None
    typer.echo(json.dumps(checked(told, named_key(pubkey)), indent=1))
