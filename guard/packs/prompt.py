"""One paragraph for the caller's system prompt, made from the packs: prevention beside audit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from guard.packs.load import load_packs
from guard.packs.ruleset import BASE
from guard.packs.schema import Pack
from guard.packs.selection import AUTO
from guard.packs.sources import known_packs

MOST = 180  # words


def prompt(packs: Iterable[str | Path] = ()) -> str:
    """The paragraph for these packs and the base pack, at most 180 words.

    Every pack says its piece in full while there is room, the first in rank first; the others say
    it in brief. Where even that is too much, the last in rank are left out. `auto` stands for every
    pack that is known, since which of them a conversation will be about cannot be told beforehand.

    Raises:
        PackError: a pack is missing or not valid.
    """
    names = [name for one in packs for name in (known_packs() if one == AUTO else (one,))]
    return paragraph(one.pack for one in load_packs((BASE, *names)))


def paragraph(packs: Iterable[Pack]) -> str:
    """The same, of packs that are loaded."""
    said = [pack for pack in packs if pack.prompt]
    ordered = sorted(said, key=lambda pack: (pack.id != BASE, pack.rank, pack.id))
    texts: list[str] = []
    for pack in ordered:
        if pack.prompt and _words([*texts, pack.prompt.brief]) <= MOST:
            texts.append(pack.prompt.brief)
    for i, pack in enumerate(ordered[: len(texts)]):
        fuller = [*texts[:i], pack.prompt.full, *texts[i + 1 :]] if pack.prompt else texts
        if _words(fuller) <= MOST:
            texts = fuller
    return " ".join(texts)


def _words(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)
