"""Fit the exemplar heads of the packs that ship and store them beside the model.

    python -m training.fit_exemplars

Run it after a change to the exemplars of a shipped pack or to the encoder; a test tells when. It
takes some seconds and needs no torch.
"""

from __future__ import annotations

from pathlib import Path

from guard.models.exemplars import STORED, digest_of, fit_heads, store_heads
from guard.models.reader import DIRECTORY, Reader
from guard.packs.load import load_packs
from guard.packs.ruleset import groups_of


def store(directory: Path) -> dict[str, dict[str, list[str]]]:
    """Fit and store the heads for the encoder in a directory; gives the exemplars."""
    reader = Reader(directory)
    groups = groups_of(load_packs(["base"]))
    store_heads(fit_heads(groups, reader), digest_of(groups, reader))
    return groups


def main() -> None:
    groups = store(DIRECTORY)
    for group, labels in groups.items():
        print(f"{group}: " + ", ".join(f"{label} {len(s)}" for label, s in labels.items()))
    print(f"wrote {STORED}")


if __name__ == "__main__":
    main()
