"""Checkpointer: signs the log's size and root at intervals, and hands each checkpoint to sinks that
keep it elsewhere. It recomputes the tree from the records, and never signs over what does not fit.
"""

from __future__ import annotations

import os
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from guard.errors import LogError, LogUnavailableError
from guard.log.checkpoint import LONGEST, Signer, Verifier, opened, signed
from guard.log.events import logger
from guard.log.merkle import Frontier
from guard.log.rotation import terms
from guard.log.store import Checkpoint, Store, leaf_of

EVERY = 256  # records
SECONDS = 1.0
HTTP_TIMEOUT = 5.0


class Sink(Protocol):
    """Takes a signed checkpoint to a place that whoever alters the log cannot reach."""

    def __call__(self, note: str, /) -> None:
        """Keep a checkpoint. May raise OSError: it is then reported, and the next is tried."""
        ...


class FileSink:
    """Appends checkpoints to a file, best on another disk or machine."""

    def __init__(self, file: str | Path) -> None:
        self.file = Path(file)

    def __call__(self, note: str) -> None:
        with self.file.open("a", encoding="utf-8") as out:
            out.write(f"{note}\n")
            out.flush()
            os.fsync(out.fileno())

    def last(self) -> str | None:
        """The last whole checkpoint in the file."""
        try:
            with self.file.open("rb") as kept:
                size = kept.seek(0, os.SEEK_END)
                kept.seek(max(0, size - 2 * LONGEST))
                tail = kept.read().decode("utf-8", "replace")
        except FileNotFoundError:
            return None
        parts = tail.split("\n\n")
        # text, signature, text, signature, …, and nothing or a torn piece after the last blank line
        while len(parts) >= 3:
            text, signature = parts[-3:-1]
            if signature.startswith("\u2014 "):
                return f"{text}\n\n{signature}\n"
            parts.pop()
        return None


class HTTPSink:
    """Posts checkpoints, as text, to a witness.

    Raises:
        LogError: the address is not one of http or https.
    """

    def __init__(self, url: str, timeout: float = HTTP_TIMEOUT) -> None:
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            raise LogError("a witness needs an address that begins with https:// or http://")
        self._url = url
        self._timeout = timeout

    def __call__(self, note: str) -> None:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self._url, note.encode(), {"Content-Type": "text/plain; charset=utf-8"}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=self._timeout) as answer:  # noqa: S310
                answer.read(LONGEST)
        except urllib.error.HTTPError as error:
            error.close()
            raise OSError(f"the witness answered {error.code}") from None


class Checkpointer:
    """Signs whenever something was added: every `every` records, or after `seconds`.

    Args:
        store: the log.
        signer: signs.
        sinks: take each checkpoint elsewhere.
        now: gives the time.
    """

    def __init__(
        self,
        store: Store,
        signer: Signer,
        sinks: Sequence[Sink],
        now: Callable[[], str],
        *,
        every: int = EVERY,
        seconds: float = SECONDS,
    ) -> None:
        self._store = store
        self._signer = signer
        self._sinks = sinks
        self._now = now
        self._every = every
        self._seconds = seconds
        self._tree: Frontier | None = None
        self._signing = threading.Lock()
        self._state = threading.Condition()
        self._added = 1  # at the start it is not known what is unsigned
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="guard-log-sign", daemon=True)
        self._thread.start()

    def added(self, number: int) -> None:
        """So many records were added by this process."""
        with self._state:
            self._added += number
            if self._added >= self._every:
                self._state.notify_all()

    def sign(self) -> Checkpoint | None:
        """Sign now; None if nothing was added since the last checkpoint, whoever signed that.

        Raises:
            LogError: the records do not fit one another or the last checkpoint: nothing is signed.
            LogUnavailableError: the log cannot be read or written just now.
        """
        with self._signing:
            for _ in range(100):
                latest = self._store.latest_checkpoint()
                head = self._store.head()
                before = latest.size if latest else 0
                if head.size <= before:
                    self._check(latest, head.size)
                    return None
                self._in_office(head.size)
                tree = self._grown(head.size, latest)
                made = signed(
                    self._signer,
                    self._store.origin,
                    tree.size,
                    tree.root(),
                    before,
                    self._now(),
                )
                if self._store.add_checkpoint(made):
                    self._hand_on(made)
                    return made
            raise LogUnavailableError("other processes were always first with a checkpoint")

    def try_to_sign(self) -> bool:
        """Sign; what stands in the way is reported as an event."""
        try:
            self.sign()
        except LogUnavailableError as error:
            logger().warning("log_not_signed", error=str(error))
            return False
        except LogError as error:
            logger().error("log_tampered", error=str(error))
            return False
        return True

    def close(self) -> None:
        """Sign what is unsigned, and end the thread."""
        with self._state:
            self._closing = True
            self._state.notify_all()
        self._thread.join(2 * HTTP_TIMEOUT)
        self.try_to_sign()

    def hand_over(self, signer: Signer) -> None:
        """Sign with another key from here on."""
        with self._signing:
            self._signer = signer

    def _in_office(self, size: int) -> None:
        """Another process may have handed over to a new key, which this one does not have."""
        held = self._signer.verifier
        handed = [term.after for term in terms(self._store, [held]) if term.key != held]
        if handed and min(handed) < size:
            raise LogError(
                "another process handed over to a new signing key: open the log again to sign"
            )

    def _check(self, latest: Checkpoint | None, size: int) -> None:
        if latest is not None and size < latest.size:
            raise LogError(
                f"the log has {size} records, and a checkpoint of it {latest.size}: it was cut off"
            )

    def _grown(self, size: int, latest: Checkpoint | None) -> Frontier:
        """The tree of the first `size` records; a copy is only taken up once all fits."""
        stub = self._store.stub()
        tree = self._tree
        if tree is None or (stub is not None and tree.size < stub.size):
            tree = Frontier(stub.size, stub.frontier) if stub else Frontier()
        tree = tree.copy()
        self._fits(tree, latest)
        for entry in self._store.entries(tree.size, size):
            if entry.seq != tree.size or leaf_of(entry.body) != entry.leaf:
                raise LogError(f"record {tree.size} was altered or removed; nothing is signed")
            tree.append(entry.leaf)
            self._fits(tree, latest)
        if tree.size != size:
            raise LogError(f"records after {tree.size} are gone; nothing is signed")
        self._tree = tree
        return tree

    def _fits(self, tree: Frontier, latest: Checkpoint | None) -> None:
        if latest is not None and tree.size == latest.size and tree.root() != latest.root:
            raise LogError(
                f"the first {tree.size} records are not those of the last checkpoint; nothing is "
                "signed: see `guard log verify`"
            )

    def _hand_on(self, made: Checkpoint) -> None:
        for sink in self._sinks:
            try:
                sink(made.note)
            except OSError as error:
                logger().error(
                    "log_checkpoint_not_kept",
                    sink=type(sink).__name__,
                    error=type(error).__name__,
                    size=made.size,
                )

    def _run(self) -> None:
        while True:
            with self._state:
                if not self._closing:
                    self._state.wait(self._seconds)
                if self._closing:
                    return
                due, self._added = self._added, 0
            if due and not self.try_to_sign():
                self.added(due)


def not_rolled_back(store: Store, keys: Sequence[Verifier], note: str | None) -> None:
    """Whether the log has at least what its last anchored checkpoint says.

    Raises:
        LogError: it is shorter: an older copy was put in its place, or its end was cut off.
    """
    if note is None:
        return
    said = opened(note, keys)
    if said.origin == store.origin and store.head().size < said.size:
        raise LogError(
            f"the log has {store.head().size} records, and its last checkpoint says {said.size}: "
            "an older copy was put in its place, or its end was cut off"
        )
