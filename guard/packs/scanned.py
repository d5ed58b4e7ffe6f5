"""Scanned: a text beside all that packs look for in it. What cannot hold is told at once, so that a
turn costs what it is about, however many packs are in force. What holds, and why, `looks` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from guard.packs.vectors import vectors_of
from guard.text.document import Document, Side

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guard.models.encoder import Encoder, Vectors


@dataclass(frozen=True, slots=True)
class Look:
    """Something that a text of one side may say. `rows` and `unlike` are its places among the
    sentences that packs look for on that side and among those that they do not mean, `texts` and
    `not_meant` what stands there; `number` is its own among all looks."""

    number: int
    side: Side
    names: frozenset[str]
    rows: range
    unlike: range
    texts: tuple[str, ...]
    not_meant: tuple[str, ...]
    at_least: float
    times: int


@dataclass(frozen=True, slots=True)
class Sought:
    """All that packs look for on one side. `meant` and `unlike` have a column for each sentence;
    `worded` has by the name of a pattern the looks that it decides, `numbers`, `starts` and `least`
    those that go by meaning, where their columns start, and the cosine they need."""

    meant: Vectors
    unlike: Vectors
    worded: Mapping[str, frozenset[int]]
    numbers: tuple[int, ...]
    starts: tuple[int, ...]
    least: NDArray[np.float64]


def sought(
    looks: Iterable[Look], meant: Sequence[str], unlike: Sequence[str], encoder: Encoder
) -> Sought:
    """Make the looks of one side ready, in the order in which their sentences are listed."""
    import numpy as np

    worded: dict[str, set[int]] = {}
    by_meaning = []
    for look in looks:
        for name in look.names:
            worded.setdefault(name, set()).add(look.number)
        if look.rows:
            by_meaning.append(look)
    return Sought(
        meant=vectors_of(meant, encoder).T,
        unlike=vectors_of(unlike, encoder).T,
        worded={name: frozenset(numbers) for name, numbers in worded.items()},
        numbers=tuple(look.number for look in by_meaning),
        starts=tuple(look.rows.start for look in by_meaning),
        least=np.array([look.at_least for look in by_meaning]),
    )


class Scanned:
    """A text as the looks of its side see it: how near its sentences are to each of the packs'
    sentences, and which looks may hold.

    Args:
        document: the text.
        vectors: of its sentences, shape (sentences, width); None where words alone count.
        sought: all that is looked for on its side.
    """

    def __init__(self, document: Document, vectors: Vectors | None, sought: Sought) -> None:
        self.document = document
        self._vectors = sought.meant.T[:0] if vectors is None else vectors
        self._sought = sought
        self.similar = self._vectors @ sought.meant

    @cached_property
    def possible(self) -> frozenset[int]:
        """Numbers of the looks that may hold; all others surely do not."""
        worded = self._sought.worded
        names = {match.name for match in self.document.matches}
        return frozenset(self._near()).union(*(worded.get(name, ()) for name in names))

    def may_hold(self, look: Look) -> bool:
        """False where it surely does not hold."""
        return look.number in self.possible

    def unlike(self, look: Look) -> Vectors:
        """Cosine of each sentence to each of those that a look does not mean."""
        return self._vectors @ self._sought.unlike[:, look.unlike.start : look.unlike.stop]

    def _near(self) -> Iterable[int]:
        import numpy as np

        if not self.similar.size:
            return ()
        # Scores are probabilities: what points away from a sentence counts as nothing, not less.
        nearness = np.maximum(self.similar.max(axis=0), 0.0)
        highest = np.maximum.reduceat(nearness, self._sought.starts)
        return (self._sought.numbers[i] for i in np.flatnonzero(highest >= self._sought.least))
