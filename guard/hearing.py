"""What was read of a turn's message, once for all drafts that are judged as a reply to it.

A rewrite changes the draft alone. What the message says, which packs it brings in, and what the
encoder hands to drafts stays as it is, so a second audit starts from there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from guard.models.detectors import Listened
from guard.packs.scanned import Scanned
from guard.reading.read import Read
from guard.report import Chosen
from guard.text.document import Document
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.models.encoder import Vectors


_MOST = 64  # turns under way at a time; whoever holds more of them has the rest read again


@dataclass(frozen=True, slots=True)
class Heard:
    """The user's side of a turn, read by one judge.

    `listened` is what drafts are weighed against, `scanned` what packs look at; both are of an
    empty message where drafts are audited alone. `claims` are what known beliefs state. `encode`
    gives vectors of an earlier message.
    """

    user: Document
    earlier: tuple[Document, ...]
    assistant: tuple[Document, ...]
    listened: Listened
    scanned: Scanned
    domains: frozenset[str]
    packs: tuple[Chosen, ...]
    understood: Read
    claims: tuple[str, ...]
    encode: Callable[[Document], Vectors]


def encoded_once(encode: Callable[[Document], Vectors]) -> Callable[[Document], Vectors]:
    """The same, remembering what it gave; for the few documents of one turn."""
    known: dict[int, tuple[Document, Vectors]] = {}

    def once(document: Document) -> Vectors:
        # The document is kept beside its vectors, so that its id stays its own.
        if id(document) not in known:
            known[id(document)] = document, encode(document)
        return known[id(document)][1]

    return once


class Hearings:
    """What was heard of turns that are under way, and their drafts as they were split. A turn's is
    forgotten with the turn, and the oldest where there are many: a caller may hold a file of them.
    """

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Turn, tuple[Heard, Document]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def keep(self, turn: Turn, heard: Heard, draft: Document) -> None:
        """Remember it while somebody holds the turn, and no more than a few came after it."""
        with self._lock:
            self._known.pop(turn, None)
            self._known[turn] = heard, draft
            if len(self._known) > _MOST:
                oldest = next(iter(self._known), None)
                if oldest is not None:
                    self._known.pop(oldest, None)

    def of(self, turn: Turn) -> tuple[Heard, Document] | None:
        """What was heard of this turn, and its draft."""
        with self._lock:
            return self._known.get(turn)
