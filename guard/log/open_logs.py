"""Logs that are open in this process: closed at its end, though nobody holds them any more, and
told when it is forked.
"""

from __future__ import annotations

import atexit
import os
from typing import Protocol


class OpenLog(Protocol):
    """What is open."""

    def close(self) -> None: ...

    def forked(self) -> None:
        """This is the child of a fork, in which no thread of the parent lives on."""
        ...


_LOGS: set[OpenLog] = set()


def opened(log: OpenLog) -> None:
    """It is open from here on."""
    _LOGS.add(log)


def closed(log: OpenLog) -> None:
    """It need not be closed any more."""
    _LOGS.discard(log)


def _close_all() -> None:
    for log in list(_LOGS):
        log.close()


def _forked() -> None:
    for log in list(_LOGS):
        log.forked()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
