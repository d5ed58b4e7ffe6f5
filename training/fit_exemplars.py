"""Fit the exemplar heads of the base pack, and read the sentences that the packs that ship look for
by meaning; store both beside the model.

    python -m training.fit_exemplars

Run it after a change to the sentences of a shipped pack or to the encoder; a test tells when. It
takes some seconds and needs no torch.
"""

from __future__ import annotations

from pathlib import Path

from guard.models.exemplars import STORED, digest_of, fit_heads, store_heads
from guard.models.reader import DIRECTORY, Reader
from guard.packs.load import load_packs
from guard.packs.ruleset import groups_of
from guard.packs.sources import shipped_packs
from guard.packs.vectors import STORED as VECTORS
from guard.packs.vectors import store_vectors


def store(directory: Path) -> dict[str, dict[str, list[str]]]:
    """Fit and store the heads and the vectors for the encoder in a directory; gives the base pack's
    exemplars."""
    reader = Reader(directory)
    groups = groups_of(load_packs(["base"]))
    store_heads(fit_heads(groups, reader), digest_of(groups, reader))
    packs = load_packs(shipped_packs())
    store_vectors([sentence for one in packs for sentence in one.pack.sentences()], reader)
    return groups


def main() -> None:
    groups = store(DIRECTORY)
    for group, labels in groups.items():
        print(f"{group}: " + ", ".join(f"{label} {len(s)}" for label, s in labels.items()))
    print(f"wrote {STORED} and {VECTORS}")


if __name__ == "__main__":
    main()
