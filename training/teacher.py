"""What the base model makes of each sentence by itself: the meaning the fine-tuned one must keep.

Rule packs compare sentences with exemplars by cosine. Distilling the base model's sentence vectors
into a projection of the fine-tuned one (Reimers and Gurevych 2020) lets one pass serve both.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from transformers import BertModel

from guard.models.segments import load_tokenizer
from training.examples import Example, Floats
from training.network import half_precision

_MOST = 256


def sentences_of(examples: Iterable[Example]) -> list[str]:
    """All sentences of the examples, each once."""
    found: dict[str, None] = {}
    for example in examples:
        for text in (example.message, *example.drafts):
            found.update(
                dict.fromkeys(
                    text.sentences[i] for i in set(text.window.sentence) if i < len(text.sentences)
                )
            )
    return list(found)


def teach(sentences: Iterable[str], model: Path, batch: int = 64) -> dict[str, Floats]:
    """Unit vectors of the sentences by the base model."""
    tokenizer = load_tokenizer(model)
    bert = BertModel.from_pretrained(model, add_pooling_layer=False).eval()
    ordered = sorted(set(sentences), key=len)
    vectors: dict[str, Floats] = {}
    for at in track(range(0, len(ordered), batch), "base vectors"):
        part = ordered[at : at + batch]
        ids = [one.ids[:_MOST] for one in tokenizer.encode_batch(part)]
        longest = max(map(len, ids))
        padded = np.array([row + [0] * (longest - len(row)) for row in ids], np.int64)
        mask = torch.from_numpy(
            (np.arange(longest) < np.array([[len(r)] for r in ids])).astype(np.int64)
        )
        with torch.inference_mode(), half_precision():
            hidden = bert(torch.from_numpy(padded), mask).last_hidden_state.float()
        weight = mask[..., None]
        mean = torch.nn.functional.normalize((hidden * weight).sum(1) / weight.sum(1), dim=1)
        vectors.update(zip(part, mean.numpy(), strict=True))
    return vectors
