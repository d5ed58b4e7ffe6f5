"""Which packs are in force on a turn, and why: those that are named, and, with `auto`, those whose
triggers the conversation meets."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from guard.packs.looks import found
from guard.packs.ruleset import BASE, Ruleset
from guard.packs.scanned import Scanned
from guard.report import Chosen
from guard.text.document import Document

AUTO = "auto"
_EARLIER = 6  # of the user's earlier messages are looked at as well


def domains_of(rules: Ruleset, user: Scanned, earlier: Sequence[Document]) -> dict[str, str]:
    """Packs whose triggers the conversation meets, and by what. Earlier messages count by their
    words alone."""
    if not rules.triggers:
        return {}
    before = [Scanned(one, None, rules.sought["user"]) for one in earlier[-_EARLIER:]]
    met: dict[str, str] = {}
    for pack, look in rules.triggers.items():
        if user.may_hold(look) and (here := found(look, user)).held:
            met[pack] = f"the message: {here.because}"
        elif any(one.may_hold(look) and found(look, one).held for one in before):
            met[pack] = "an earlier message: its words"
    return met


def chosen(
    rules: Ruleset, named: Collection[str] | None, met: dict[str, str]
) -> tuple[Chosen, ...]:
    """The packs in force, in the order in which they were loaded.

    Args:
        rules: all packs that were loaded.
        named: packs that are always in force; None: all are.
        met: packs whose triggers are met, by `domains_of`.
    """
    found_ = []
    for pack in rules.packs:
        if pack.id == BASE:
            found_.append(Chosen(pack=pack.id, why="always in force"))
        elif named is None or pack.id in named:
            found_.append(Chosen(pack=pack.id, why="named"))
        elif pack.id in met:
            found_.append(Chosen(pack=pack.id, why=met[pack.id]))
    return tuple(found_)
