"""Lately: what was made of late, by what it was made from. A bounded least-recently-used store in
memory, safe to share between threads; nothing of it is kept beyond the process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class Lately(Generic[Made]):
    """Holds at most `size` things; 0: none."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._lock = threading.Lock()

    def made(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What is held under a key; made now, on the caller's thread, where nothing is. Two threads
        that ask at once may both make it."""
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        new = make()
        with self._lock:
            self._made[key] = new
            while len(self._made) > self._size:
                self._made.popitem(last=False)
        return new
