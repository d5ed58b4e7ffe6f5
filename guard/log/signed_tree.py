"""The tree of a log as it grows during a verification, held against every signed checkpoint on its
way. It says up to where the records are as they were signed.
"""

from __future__ import annotations

from guard.log.checkpoint import Opened
from guard.log.merkle import Frontier
from guard.log.verification import Problems


class SignedTree:
    """The tree over leaves that come one by one.

    Args:
        problems: takes what is found.
        begun: the tree of what was removed before, if something was.
    """

    def __init__(self, problems: Problems, begun: Frontier) -> None:
        self._problems = problems
        self._tree: Frontier | None = begun
        self._expected: dict[int, list[Opened]] = {}
        self._good = 0  # the largest size at which a signed root was met
        self.pruned = begun.size

    def expect(self, said: Opened) -> None:
        """A checkpoint that the log must fit."""
        self._expected.setdefault(said.size, []).append(said)

    def signed(self, size: int) -> list[Opened]:
        """The checkpoints of a size."""
        return self._expected.get(size, [])

    def longest(self) -> int:
        """The size of the largest checkpoint."""
        return max(self._expected, default=0)

    def begin(self) -> None:
        """Hold what was there before the first leaf against the checkpoints of its size."""
        if self.pruned in self._expected:
            self._check()

    def grow(self, leaf: bytes) -> None:
        """Take in the leaf of the next record."""
        tree = self._tree
        if tree is not None:
            tree.append(leaf)
            if tree.size in self._expected:
                self._check()

    def lose(self) -> None:
        """Records are gone or in other places: no root can be compared any more."""
        self._tree = None

    def root(self, size: int) -> bytes | None:
        """The root of so many records, if all of them could be taken in."""
        tree = self._tree
        return tree.root() if tree is not None and tree.size == size else None

    def _check(self) -> None:
        tree = self._tree
        if tree is None:
            return
        root = tree.root()
        if all(said.root == root for said in self._expected[tree.size]):
            self._good = tree.size
            return
        self._problems.add(
            "forked",
            self._good,
            f"the signed checkpoint of {tree.size} is of other records; those up to {self._good} "
            "are as they were signed",
        )
        self._tree = None
