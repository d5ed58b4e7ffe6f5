"""Fit the exemplar heads of the packs that ship and store them beside the model.

    python training/fit_exemplars.py

Run it after a change to the exemplars of a shipped pack or to the encoder; a test tells when. It
takes some seconds and needs no torch.
"""

from __future__ import annotations

from guard.models.encoder import load_encoder
from guard.models.exemplars import STORED, digest_of, fit_heads, store_heads
from guard.packs.load import load_packs
from guard.packs.ruleset import groups_of


def main() -> None:
    encoder = load_encoder(None)
    groups = groups_of(load_packs(["base"]))
    store_heads(fit_heads(groups, encoder), digest_of(groups, encoder))
    for group, labels in groups.items():
        print(f"{group}: " + ", ".join(f"{label} {len(s)}" for label, s in labels.items()))
    print(f"wrote {STORED}")


if __name__ == "__main__":
    main()
