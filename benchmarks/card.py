"""The model card: what the weights were made from, what they are good and bad at, in words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from guard.evaluation.evaluate import Evaluation, Measured
from guard.evaluation.page import cell, plot
from guard.models.labels import DRAFT_SENTENCE, DRAFT_TEXT, MESSAGE_SENTENCE, MESSAGE_TEXT
from guard.models.reader import CARD, DIRECTORY
from training.rows import MESSAGES, Written, written

CARD_PAGE = DIRECTORY.parent / "CARD.md"
RELIABILITY = DIRECTORY.parent / "reliability.svg"
_SHOWN = ("auroc", "f1", "precision", "recall", "ece")
_WEAK_BY = 0.08  # below the label's AUROC over all rows
_FEWEST, _MOST_WEAK = 10, 25


def write_card(rows: Sequence[Written], own: Evaluation) -> None:
    """Write `guard/models/CARD.md` and the reliability figure beside it.

    Args:
        rows: all of the project's own text.
        own: what was measured on its test split.
    """
    card = json.loads((DIRECTORY / CARD).read_text("utf-8"))
    flag = next(m for m in own.labels if m.label == "flag")
    RELIABILITY.write_text(_figure(flag), "utf-8")
    CARD_PAGE.write_text(_page(card, rows, own), "utf-8")


def _figure(measured: Measured) -> str:
    drawn = plot(measured.curves["reliability"], "score", "share that is flagged", dots=True)
    style = (
        "<style>line, rect { stroke: #c3ccd6; fill: none; } text { font: 11px sans-serif; } "
        "polyline { stroke: #1f5fa8; stroke-width: 2; fill: none; } circle { fill: #1f5fa8; }"
        "</style>"
    )
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).replace(
        ">", f">{style}", 1
    )


def _page(card: dict[str, Any], rows: Sequence[Written], own: Evaluation) -> str:
    drafts = sum(len(row.drafts) for row in rows)
    alone = len(written(folder=MESSAGES))
    digests = "\n".join(f"| `{name}` | `{value}` |" for name, value in card["sha256"].items())
    return f"""# Model card

Written by `python -m benchmarks.quality`; `minilm/card.json` has the same facts for programs.

## What it is
A fine-tuned all-MiniLM-L6-v2 (22.7 million parameters, int8, read by onnxruntime) with linear
heads. It judges one turn of a conversation in English: a user's message, what came before it, and
the draft of a reply. It is part of this package and is not meant to be used without it.

## What it judges
- of the message: {_names(MESSAGE_TEXT)}; and for each sentence whether it holds the evidence
  ({_names(MESSAGE_SENTENCE)})
- of the draft: {_names(DRAFT_TEXT)}; and for each sentence its acts ({_names(DRAFT_SENTENCE)})

Labels mean what the project's codebook says: an emotion carries a self-, other- or norm-signal if a
reply that ignored it would lose something the text says.

## Data
- {len(rows)} messages with {drafts} drafts (`training/text/`) and {alone} messages without
  (`training/messages/`) written for this project, split by
  message; `text_sha256` in the card names their state. The text is synthetic: a language
  model wrote it under the codebook, so it carries that model's idea of people, and no clinician has
  read it yet.
- the exemplar sentences of `rules/base.yaml`
- of public sets, only those whose licence and purpose allow training, and of these three quarters
  of the groups (persons, questions, stimuli): SYCON-Bench (MIT), Spiral-Bench (MIT), VERA-MH
  (permissive), CounselChat (MIT), GoEmotions (Apache-2.0). This repository holds no text of theirs.
- examples by source: {", ".join(f"{k} {v}" for k, v in card.get("examples", {}).items())}

Training took {card.get("minutes", "?")} minutes on {card.get("cores", "?")} cores (seed
{card.get("seed", "?")}).

## Figures on the project's own test split
{own.rows} drafts. Intervals are 95%, from a bootstrap over messages. `docs/quality.md` has the real
sets, and simpler models beside these figures.

{_table(own.labels)}
Int8 against fp32 on the same rows: {card.get("int8", "see docs/quality.md")}.

Contrast sets (drafts of one message that differ in one label on purpose), ranked right:
{", ".join(f"{r.label} {r.right:.0%} of {r.pairs}" for r in own.contrasts)}.

![Reliability of the flag score](reliability.svg)

## Where it is weak
Slices of the test split in which a label's AUROC lies {_WEAK_BY:.2f} or more below its figure over
all rows, the furthest first; those with fewer than {_FEWEST} positives are left out.

{_weak(own)}
- It knows little of the world: whether a claim is false it can only tell from how it is said, from
  what the packs list, or from the caller, who may name it (`Turn.beliefs`).
- It reads English only, one message at a time with at most four earlier ones.
- What it was trained on was written to be labelled. Real turns are longer, odder and less clear.

## What it must not be used for
To diagnose, to predict suicide or violence, to rate or watch persons, to decide about care, or to
replace people who read what somebody wrote. It scores properties of drafts; nobody has shown that
people fare better for it. It is no medical device, and no clinician has reviewed it.

## Licence
Apache-2.0, as is the base model (see `minilm/NOTICE`).

## Digests (SHA-256), checked when it is loaded
| file | digest |
|---|---|
{digests}
"""


def _names(labels: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in labels)


def _table(some: Sequence[Measured]) -> str:
    head = ["label", "rows", "positive", "AUROC", "F1", "precision", "recall", "ECE"]
    lines = [head, ["---"] * len(head)]
    for m in some:
        cells = (cell(m.metrics[name]) for name in _SHOWN)
        lines.append([m.label, str(m.rows), str(m.positives), *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _weak(own: Evaluation) -> str:
    """The slices that lie furthest below the label's figure over all rows."""
    overall = {m.label: m.metrics["auroc"].value for m in own.labels}
    found = []
    for name, some in own.slices.items():
        for m in some:
            value, usual = m.metrics["auroc"].value, overall.get(m.label)
            if m.positives < _FEWEST or value is None or usual is None:
                continue
            if value <= usual - _WEAK_BY:
                line = f"- {name}: {m.label} {value:.2f} ({m.positives} positive of {m.rows})\n"
                found.append((usual - value, line))
    return "".join(line for _, line in sorted(found, reverse=True)[:_MOST_WEAK])
