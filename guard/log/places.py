"""Where a log is, and the files around it: keys, public key, spool, anchored checkpoints.

audit.db              the records            audit.keys.db         the subjects' keys
audit.secrets.json    the deployment's keys  audit.pub             the public key
audit.checkpoints     signed checkpoints     audit.spool/          what waits
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from guard.errors import LogError
from guard.log.checkpoint import Verifier
from guard.log.rotation import current, terms
from guard.log.store import Store

POSTGRES = ("postgresql://", "postgres://")
DEFAULT_STEM = "guard-log"


@dataclass(frozen=True, slots=True)
class Places:
    """The files around a log: all begin with `stem`."""

    stem: Path

    @classmethod
    def of(cls, where: str | Path, files: str | Path | None = None) -> Places:
        """Beside a file of SQLite; for PostgreSQL in the working directory, unless said."""
        if files is not None:
            return cls(Path(files))
        if is_postgres(where):
            return cls(Path(DEFAULT_STEM))
        path = Path(where)
        return cls(path.with_name(path.stem))

    @property
    def secrets(self) -> Path:
        return self._beside(".secrets.json")

    @property
    def public(self) -> Path:
        return self._beside(".pub")

    @property
    def checkpoints(self) -> Path:
        return self._beside(".checkpoints")

    @property
    def spool(self) -> Path:
        return self._beside(".spool")

    def _beside(self, ending: str) -> Path:
        return self.stem.with_name(self.stem.name + ending)


def is_postgres(where: str | Path) -> bool:
    return isinstance(where, str) and where.startswith(POSTGRES)


def open_store(where: str | Path, *, create: bool = False, accept_key_loss: bool = False) -> Store:
    """The store of a log, to read it or to write to it.

    Args:
        where: a file, or the URL of a PostgreSQL database.
        create: make the log if it is not there.
        accept_key_loss: open it although the file of the subjects' keys is gone.

    Raises:
        LogError: there is no such log, or something is wrong with it.
        LogUnavailableError: it cannot be opened just now.
        MissingExtraError: the extra for it is not installed.
    """
    if is_postgres(where):
        from guard.log.postgres import PostgresStore

        made: Store = PostgresStore(str(where))
        return made
    from guard.log.sqlite import SQLiteStore

    return SQLiteStore(where, create=create, accept_key_loss=accept_key_loss)


def not_vanished(where: str | Path, places: Places) -> None:
    """A log that was there must not begin again, empty, without anybody noticing.

    Raises:
        LogError: its public key is here, and it is not.
    """
    if not is_postgres(where) and places.public.exists() and not Path(where).exists():
        raise LogError(
            f"{where} is gone, but {places.public} says that there was a log: put it back, or move "
            "the files around it away to begin a new one"
        )


def pinned(places: Places, store: Store, signer: Verifier) -> Verifier:
    """The public key that verifies the log, which lies beside it since it was begun. The key that
    signs must be that one, or one that it has handed over to.

    Raises:
        LogError: it is not.
    """
    if not places.public.exists():
        draft = places.public.with_name(f"{places.public.name}.{os.getpid()}")
        draft.write_text(f"{signer}\n", "utf-8")
        draft.replace(places.public)
        return signer
    first = Verifier.parse(places.public.read_text("utf-8"))
    if signer not in current(terms(store, [first]), store.head().size + 1):
        raise LogError(
            f"the key that signs is not that of {places.public}: put the log's own secrets back, "
            "or move that file away if the change is meant"
        )
    return first
