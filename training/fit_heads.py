"""Refit what is stacked on the encoder that ships, and leave the encoder and its heads as they are.

    python -m training.fit_heads --public ../shared/data

Reads the same text as `training.train` and writes into `guard/models/minilm/`: the heads' file and
the card. For text that came after the encoder was trained; it needs no torch run, and takes some
ten minutes, or with `--keep` some seconds the second time. Deterministic.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

from guard.models.reader import CARD, DIRECTORY
from guard.models.stacked import Stacked
from training.export import HEADS_FILE, write_card
from training.said import Said, Unstacked, gathered, store, stored
from training.stack import fit
from training.train import corpus, text_digest

_WRITTEN = ("onnx", "heads", "sha256")  # of the card, anew each time


def stack(public: Path | None, target: Path, keep: Path | None = None) -> None:
    """Fit both sides and store them beside the encoder in a directory.

    Args:
        public: folder with the public sets, if they are there.
        target: the model directory.
        keep: folder in which what the encoder said is kept, and taken from if it is there.
    """
    said = _kept(keep) or gathered(Unstacked(target), *corpus(public))
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        for side, one in said.items():
            store(keep / f"{side}.npz", one)
    write(target, {side: fit(side, one) for side, one in said.items()})
    card = json.loads((target / CARD).read_text("utf-8"))
    more = {name: value for name, value in card.items() if name not in _WRITTEN}
    more["stacked"] = {
        "text_sha256": text_digest(),
        "texts": {side: int((~one.held).sum()) for side, one in said.items()},
        "held": {side: int(one.held.sum()) for side, one in said.items()},
    }
    write_card(target, more)


def write(target: Path, stacked: Mapping[str, Stacked]) -> None:
    """Put what was fitted into the heads' file, in the place of what was there."""
    file = target / HEADS_FILE
    with safe_open(str(file), framework="numpy") as found:
        metadata = found.metadata()
        tensors = {
            name: found.get_tensor(name)
            for name in found.keys()  # noqa: SIM118
            if "_stacked." not in name
        }
    labels = json.loads(metadata["labels"])
    for side, one in stacked.items():
        labels[f"{side}_stacked"] = one.labels
        tensors |= {f"{side}_stacked.{name}": value for name, value in _tensors(one).items()}
    save_file(tensors, str(file), metadata=metadata | {"labels": json.dumps(labels)})


def _tensors(stacked: Stacked) -> dict[str, np.ndarray]:
    words = stacked.words
    return {
        "words.keys": words.keys,
        "words.rarity": words.rarity.astype(np.float16),
        "words.weight": words.weight.astype(np.float16),
        "words.bias": words.bias,
        "meaning": stacked.meaning,
        "at": stacked.at,
        "shares": stacked.shares,
        "bias": stacked.bias,
    }


def _kept(folder: Path | None) -> dict[str, Said] | None:
    files = {side: folder / f"{side}.npz" for side in ("message", "draft")} if folder else {}
    if not files or not all(file.is_file() for file in files.values()):
        return None
    return {side: stored(file) for side, file in files.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="Refit what is stacked on the encoder that ships.")
    parser.add_argument("--public", type=Path, help="folder with the public sets")
    parser.add_argument("--target", type=Path, default=DIRECTORY, help="the model directory")
    parser.add_argument("--keep", type=Path, help="folder that keeps what the encoder said")
    args = parser.parse_args()
    stack(args.public, args.target, args.keep)
    print(f"wrote {args.target / HEADS_FILE}")


if __name__ == "__main__":
    main()
