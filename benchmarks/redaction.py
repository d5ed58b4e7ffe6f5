"""How much of the personal particulars in `tests/log/pii.jsonl` redaction finds.

    python -m benchmarks.redaction [--misses] [--presidio]

The text was written for this; rows of split `dev` were looked at while rules were made, those of
`test` were not. `pii_blind.jsonl` was written later, in another manner; its rows of split `blind`
are measured as the rules found them. Its `neutral` rows hold no particulars: whatever is replaced
there is replaced wrongly. A particular counts as found if all of it is replaced, by whatever
placeholder; `typed` if by the right one. Precision: replaced pieces that touch a particular.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from guard.log.pieces import KINDS, Finder
from guard.log.redact import find_personal, redact

TEXT = Path(__file__).parents[1] / "tests" / "log" / "pii.jsonl"
BLIND = TEXT.with_name("pii_blind.jsonl")


@dataclass(slots=True)
class Measured:
    """Counts by kind: particulars, those found, those found and named rightly; pieces replaced,
    and those that are particulars."""

    items: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    typed: Counter[str] = field(default_factory=Counter)
    pieces: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found.total() / self.items.total()

    @property
    def precision(self) -> float:
        return self.right / self.pieces


def measured(split: str | None = None, second: Finder | None = None, file: Path = TEXT) -> Measured:
    """Look for all particulars of a split, or of all."""
    done = Measured()
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        if split is not None and row["split"] != split:
            continue
        text = row["text"]
        pieces = find_personal(text, second)
        covered = {i for piece in pieces for i in range(piece.start, piece.end)}
        gold: set[int] = set()
        for kind, start, end in row["personal"]:
            places = {i for i in range(start, end) if text[i].isalnum()}
            gold |= places
            done.items[kind] += 1
            hit = places <= covered
            done.found[kind] += hit
            done.typed[kind] += hit and any(
                p.kind == kind and p.start < end and start < p.end for p in pieces
            )
            if not hit:
                done.missed.append(f"{row['id']} {kind} {text[start:end]!r}: {redact(text)!r}")
        for piece in pieces:
            right = bool(gold & set(range(piece.start, piece.end)))
            done.pieces += 1
            done.right += right
            if not right:
                said = text[piece.start : piece.end]
                done.false.append(f"{row['id']} {piece.kind} {said!r}: {text!r}")
    return done


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share."""
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return middle - half, middle + half


def table(done: Measured, name: str) -> str:
    """One line for each kind."""
    lines = [f"{name:<10} items  found  recall (95%)        typed"]
    for kind in (*KINDS, "all"):
        items = done.items[kind] if kind != "all" else done.items.total()
        found = done.found[kind] if kind != "all" else done.found.total()
        typed = done.typed[kind] if kind != "all" else done.typed.total()
        if items:
            low, high = wilson(found, items)
            lines.append(
                f"{kind:<10} {items:5}  {found:5}  {found / items:.3f} ({low:.2f}-{high:.2f})   "
                f"{typed / items:.3f}"
            )
    lines.append(f"precision  {done.right} of {done.pieces} = {done.precision:.3f}")
    return "\n".join(lines)


def speed() -> str:
    """Milliseconds of processor time for a message, and for 32,000 characters."""
    texts = [json.loads(line)["text"] for line in TEXT.read_text("utf-8").splitlines()]
    started = time.process_time()
    for text in texts:
        redact(text)
    each = 1000 * (time.process_time() - started) / len(texts)
    long = " ".join(texts * 3)[:32_000]
    started = time.process_time()
    redact(long)
    whole = 1000 * (time.process_time() - started)
    return f"{each:.2f} ms of processor time a message, {whole:.0f} ms for 32,000 characters"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--misses", action="store_true", help="print what was missed, in split dev")
    asked.add_argument("--presidio", action="store_true", help="with presidio as second layer")
    given = asked.parse_args()
    second: Finder | None = None
    if given.presidio:
        from guard.log.presidio import presidio

        second = presidio()
    for split in ("dev", "test"):
        done = measured(split, second)
        print(table(done, split), end="\n\n")
        if given.misses and split == "dev":
            print("\n".join(["missed", *done.missed, "false", *done.false]), end="\n\n")
    print(table(measured(None, second), "both"), end="\n\n")
    for split in ("blind", "blind2"):
        print(table(measured(split, second, BLIND), split), end="\n\n")
    neutral = measured("neutral", second, BLIND)
    print(f"neutral    {neutral.pieces} pieces replaced, all wrongly")
    print(speed())


if __name__ == "__main__":
    main()
