"""Heads: what the hidden states of a text say, as calibrated probabilities. Plain numpy."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guard.errors import EncoderError
from guard.models.stacked import Stacked, Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SIDES = ("message", "draft")


@dataclass(frozen=True, slots=True)
class TextHead:
    """Labels of a whole text. Each has an attention over the tokens of its own.

    `query` and `value` have shape (width, labels); `bias`, `scale` and `offset` (labels,). The
    probability is a logistic curve of the logit (Platt 1999).
    """

    labels: tuple[str, ...]
    query: Floats
    value: Floats
    bias: Floats
    scale: Floats
    offset: Floats

    def judge(self, hidden: Floats) -> tuple[dict[str, float], Floats]:
        """Probabilities by label, and what each token adds to each logit, (tokens, labels).

        Args:
            hidden: states of the text's tokens, shape (tokens, width).
        """
        import numpy as np

        attention = hidden @ self.query
        attention = np.exp(attention - attention.max(axis=0))
        attention /= attention.sum(axis=0)
        shares: Floats = attention * (hidden @ self.value)
        curved = _logistic(shares.sum(axis=0) + self.bias, self.scale, self.offset)
        return dict(zip(self.labels, curved, strict=True)), shares


@dataclass(frozen=True, slots=True)
class SentenceHead:
    """Labels of each sentence. `weight` has shape (width, labels)."""

    labels: tuple[str, ...]
    weight: Floats
    bias: Floats
    scale: Floats
    offset: Floats

    def judge(self, means: Floats) -> dict[str, list[float]]:
        """Probabilities by label for each sentence, of mean states of shape (sentences, width)."""
        curved = _logistic(means @ self.weight + self.bias, self.scale, self.offset)
        return {label: [row[i] for row in curved] for i, label in enumerate(self.labels)}


@dataclass(frozen=True, slots=True)
class Heads:
    """All heads of a model. `meaning` projects a sentence's mean state to its vector; `stacked` may
    be there for a side, and then has the last word on its labels."""

    text: Mapping[str, TextHead]
    sentence: Mapping[str, SentenceHead]
    meaning: Floats
    stacked: Mapping[str, Stacked]


def load_heads(file: Path, encoder: str) -> Heads:
    """Read the heads that go with an encoder.

    Args:
        file: a safetensors file written by `training/`.
        encoder: digest of the encoder that is loaded.

    Raises:
        EncoderError: the file is missing, damaged, or belongs to another encoder.
    """
    from safetensors import SafetensorError, safe_open

    if not file.is_file():
        raise EncoderError(f"{file} is missing; reinstall the package")
    try:
        with safe_open(str(file), framework="numpy") as stored:
            metadata = stored.metadata() or {}
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise EncoderError(f"{file} cannot be read ({error}); reinstall the package") from None
    if metadata.get("encoder") != encoder:
        raise EncoderError(f"{file} belongs to another encoder; reinstall the package")
    labels: dict[str, list[str]] = json.loads(metadata["labels"])

    def parts(name: str, wanted: Sequence[str]) -> list[Floats]:
        return [tensors[f"{name}.{part}"] for part in wanted]

    pooled, linear = ("query", "value", "bias"), ("weight", "bias")
    curve = ("scale", "offset")
    return Heads(
        {
            side: TextHead(tuple(labels[f"{side}_text"]), *parts(f"{side}_text", (*pooled, *curve)))
            for side in SIDES
        },
        {
            side: SentenceHead(
                tuple(labels[f"{side}_sentence"]), *parts(f"{side}_sentence", (*linear, *curve))
            )
            for side in SIDES
        },
        tensors["meaning"],
        {
            side: _stacked(tuple(labels[f"{side}_stacked"]), f"{side}_stacked", tensors)
            for side in SIDES
            if f"{side}_stacked" in labels
        },
    )


def _stacked(labels: tuple[str, ...], name: str, tensors: Mapping[str, Any]) -> Stacked:
    def part(of: str) -> Any:
        found = tensors[f"{name}.{of}"]
        # Stored in half precision; figures do not need more, and sums do.
        return found.astype("float32") if found.dtype == "float16" else found

    words = Words(*(part(f"words.{of}") for of in ("keys", "rarity", "weight", "bias")))
    return Stacked(labels, words, *(part(of) for of in ("meaning", "at", "shares", "bias")))


def _logistic(logits: Floats, scale: Floats, offset: Floats) -> Any:
    import numpy as np

    return (1.0 / (1.0 + np.exp(-np.clip(logits * scale + offset, -30.0, 30.0)))).tolist()
