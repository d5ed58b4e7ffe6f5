"""Seen: all that the conditions of a rule may look at on one turn. What is costly is worked out
when it is first asked for, and once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from guard.audit.examine import Examined
from guard.packs.conditions import Role
from guard.packs.scanned import Scanned, Sought
from guard.reading.read import Read
from guard.text.document import Document, Side
from guard.text.scored import Scored

if TYPE_CHECKING:
    from guard.models.encoder import Vectors


@dataclass(frozen=True)
class Seen:
    """Everything that a condition may look at.

    `sought` has all that is looked for in texts, by side; `encode` gives vectors of an earlier
    message, only when they are asked for. With `tracing`, what does not hold says how near it came.
    """

    read: Read
    examined: Examined
    user: Scored
    user_scanned: Scanned
    draft: Scored
    earlier: Sequence[Document]
    sought: Mapping[Side, Sought]
    encode: Callable[[Document], Vectors]
    role: Role = "assistant"
    domains: frozenset[str] = frozenset()
    tracing: bool = False

    @cached_property
    def traced(self) -> Seen:
        """The same, with tracing."""
        return self if self.tracing else replace(self, tracing=True)

    @cached_property
    def draft_scanned(self) -> Scanned:
        return Scanned(self.draft.document, self.draft.vectors, self.sought["draft"])

    @cached_property
    def possible(self) -> frozenset[int]:
        """Numbers of the looks that may hold, in the message or the draft."""
        return self.user_scanned.possible | self.draft_scanned.possible

    @cached_property
    def earlier_scanned(self) -> tuple[Scanned, ...]:
        return tuple(
            Scanned(document, vectors, self.sought["user"])
            for document, vectors in zip(self.earlier, self.earlier_vectors, strict=True)
        )

    @cached_property
    def earlier_words(self) -> tuple[Scanned, ...]:
        """Earlier messages for looks that need no vectors."""
        return tuple(Scanned(one, None, self.sought["user"]) for one in self.earlier)

    @cached_property
    def earlier_vectors(self) -> tuple[Vectors, ...]:
        return tuple(self.encode(document) for document in self.earlier)
