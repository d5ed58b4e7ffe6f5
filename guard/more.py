"""More packs for a guard that was made with some: judges of both, made once and kept, not too many.

A judge takes some tenths of a second to make. What is heavy, the encoder, is shared.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from guard.errors import PolicyError
from guard.judge import Judge
from guard.packs.schema import Override
from guard.packs.watch import Watch

KEPT = 8  # combinations of packs


class MorePacks:
    """Gives judges of a guard's packs and others.

    Args:
        packs: those of the guard.
        overrides: what the deployment changes in rules.
        own: what judges for the guard now.
        cache: as for `Guard`.
        reload: as for `Guard`.
    """

    def __init__(
        self,
        packs: Sequence[str | Path],
        overrides: Mapping[str, Override],
        own: Callable[[], Judge],
        cache: int,
        reload: float | None,
    ) -> None:
        self.packs = tuple(packs)
        self._overrides = overrides
        self._own = own
        self._cache = cache
        self._reload = reload
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str | Path, ...], Watch[Judge]] = OrderedDict()

    def __len__(self) -> int:
        """How many combinations are kept."""
        return len(self._kept)

    def judge(self, more: Sequence[str | Path]) -> Judge:
        """What judges with these packs as well: at least as strictly as without them.

        Raises:
            PackError: a pack is missing, is not valid, or does not go with those of the guard.
            PolicyError: a pack changes rules of the guard's own packs.
        """
        own = self._own()
        extra = tuple(name for name in more if name not in self.packs)
        if not extra:
            return own
        return self._watched(extra).current().over(own)

    def _watched(self, extra: tuple[str | Path, ...]) -> Watch[Judge]:
        with self._lock:
            found = self._kept.get(extra) or self._made((*self.packs, *extra))
            self._kept[extra] = found
            self._kept.move_to_end(extra)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found

    def _made(self, packs: tuple[str | Path, ...]) -> Watch[Judge]:
        def make() -> Judge:
            own = self._own()
            judge = Judge.of(own.settings, packs, self._overrides, own.encoder, self._cache)
            _refuse_overrides(own, judge)
            return judge

        return Watch(make(), make, lambda one: one.files, packs, self._reload)


def _refuse_overrides(own: Judge, judge: Judge) -> None:
    ours = {pack.id for pack in own.rules.packs}
    rules = {rule.id for pack in own.rules.packs for rule in pack.rules}
    for pack in judge.rules.packs:
        if pack.id not in ours and (changed := sorted(rules & pack.overrides.keys())):
            raise PolicyError(
                f"a session adds the pack {pack.id}, which overrides {', '.join(changed)} of the "
                "guard's own packs; sessions can only add: name it in Guard(packs=...)"
            )
