"""Watch: packs are taken up anew when their files change, if that was asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from guard.errors import GuardError
from guard.log.events import logger
from guard.packs.sources import SUFFIXES

Made = TypeVar("Made")
Stamp = tuple[tuple[str, int, int], ...]


class Watch(Generic[Made]):
    """Holds what was made from files, and makes it anew when they have changed.

    A thread that finds a change makes the new one while others go on with the old; if that fails,
    the old one stays, an error is logged, and it is tried again after the next change.

    Args:
        first: what is in force now.
        make: makes it anew.
        files: the files it was made from.
        names: what it was made from, as it was named: folders are looked at for new files.
        every: seconds between two looks; None: never.
    """

    def __init__(
        self,
        first: Made,
        make: Callable[[], Made],
        files: Callable[[Made], Iterable[Path]],
        names: Sequence[str | Path],
        every: float | None,
    ) -> None:
        self._made = first
        self._make = make
        self._files = files
        self._folders = [Path(name) for name in names if Path(name).is_dir()]
        self._every = every
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._stamp = self._look() if every is not None else ()

    def current(self) -> Made:
        """What is in force now."""
        if self._every is None or time.monotonic() - self._looked < self._every:
            return self._made
        if self._lock.acquire(blocking=False):
            try:
                self._looked = time.monotonic()
                stamp = self._look()
                if stamp != self._stamp:
                    self._stamp = stamp
                    self._renew()
            finally:
                self._lock.release()
        return self._made

    def _renew(self) -> None:
        try:
            self._made = self._make()
        except GuardError as error:
            # A pack's error names files and keys, never what a user wrote.
            logger().error("packs_not_reloaded", error=str(error))
            return
        self._stamp = self._look()
        logger().info("packs_reloaded")

    def _look(self) -> Stamp:
        listed = {
            file
            for folder in self._folders
            if folder.is_dir()
            for file in folder.iterdir()
            if file.suffix in SUFFIXES
        }
        stamps = []
        for file in sorted({*self._files(self._made), *(one.resolve() for one in listed)}):
            try:
                found = file.stat()
                stamps.append((str(file), found.st_mtime_ns, found.st_size))
            except OSError:
                stamps.append((str(file), 0, 0))
        return tuple(stamps)
