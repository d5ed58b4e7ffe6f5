"""The network: a BERT encoder whose segments see only what came before them, and its heads.

A turn is read as segments, each with positions of its own from 0:

    context -> message -> belief -> draft

A segment attends to itself and to what stands before it, so the message is read without knowing
the draft (the same reading for every draft of it), and the draft is read knowing the message. At
run time each segment is one pass that is handed the keys and values of the segments before; in
training several drafts of one message share a sequence, and a mask does the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from guard.models.labels import (
    DRAFT_SENTENCE,
    DRAFT_TEXT,
    MESSAGE_SENTENCE,
    MESSAGE_TEXT,
    SEGMENTS,
)

LAYERS, WIDTH, HEADS = 6, 384, 12
SIZE = WIDTH // HEADS


class Layer(nn.Module):
    """One post-norm transformer layer (Vaswani et al. 2017), as in BERT."""

    def __init__(self, inner: int) -> None:
        super().__init__()
        self.project = nn.Linear(WIDTH, 3 * WIDTH)  # query, key, value
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm_attention = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up = nn.Linear(WIDTH, inner)
        self.down = nn.Linear(inner, WIDTH)
        self.norm_out = nn.LayerNorm(WIDTH, eps=1e-12)

    def forward(
        self, x: Tensor, mask: Tensor | None, past: tuple[Tensor, Tensor] | None, dropout: float
    ) -> tuple[Tensor, Tensor, Tensor]:
        """`x` has shape (batch, tokens, width); keys and values (batch, heads, tokens, size)."""
        query, key, value = map(self._split, self.project(x).chunk(3, dim=-1))
        all_key, all_value = key, value
        if past is not None:
            all_key = torch.cat([past[0], key], dim=2)
            all_value = torch.cat([past[1], value], dim=2)
        if past is None:
            attended = functional.scaled_dot_product_attention(
                query, all_key, all_value, mask, dropout if self.training else 0.0
            )
        else:  # spelt out for the exporter
            weights = torch.softmax(query @ all_key.transpose(2, 3) * SIZE**-0.5, dim=-1)
            attended = weights @ all_value
        attended = attended.transpose(1, 2).flatten(2)
        drop = nn.functional.dropout
        x = self.norm_attention(x + drop(self.out(attended), dropout, self.training))
        inner = self.down(functional.gelu(self.up(x)))
        return self.norm_out(x + drop(inner, dropout, self.training)), key, value

    @staticmethod
    def _split(x: Tensor) -> Tensor:
        return x.unflatten(-1, (HEADS, SIZE)).transpose(1, 2)


class Encoder(nn.Module):
    """MiniLM with one more row of type embeddings for each kind of segment."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        table = bert.embeddings
        self.words: nn.Embedding = table.word_embeddings
        self.positions: nn.Embedding = table.position_embeddings
        self.segments = nn.Embedding(len(SEGMENTS), WIDTH)
        with torch.no_grad():
            self.segments.weight.copy_(
                table.token_type_embeddings.weight[:1].expand_as(self.segments.weight)
            )
        self.norm: nn.LayerNorm = table.LayerNorm
        self.layers = nn.ModuleList(_layer(one) for one in bert.encoder.layer)

    def embed(self, ids: Tensor, positions: Tensor, segments: Tensor) -> Tensor:
        x: Tensor = self.norm(self.words(ids) + self.positions(positions) + self.segments(segments))
        return x

    def forward(
        self, ids: Tensor, positions: Tensor, segments: Tensor, mask: Tensor, dropout: float = 0.0
    ) -> Tensor:
        """Last hidden state, shape (batch, tokens, width); `mask[b, i, j]`: i attends to j."""
        x = functional.dropout(self.embed(ids, positions, segments), dropout, self.training)
        for layer in self.layers:
            x, _, _ = layer(x, mask[:, None], None, dropout)
        return x


class Pooled(nn.Module):
    """A logit for each label of a text: each label has an attention over the tokens of its own."""

    def __init__(self, labels: int) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.zeros(WIDTH, labels))
        self.value = nn.Parameter(torch.zeros(WIDTH, labels))
        self.bias = nn.Parameter(torch.zeros(labels))

    def forward(self, hidden: Tensor, inside: Tensor) -> Tensor:
        """`hidden` (texts, tokens, width), `inside` (texts, tokens) to (texts, labels)."""
        attention = (hidden @ self.query).masked_fill(~inside[..., None], -1e4).softmax(dim=1)
        return (attention * (hidden @ self.value)).sum(dim=1) + self.bias


class Network(nn.Module):
    """The encoder and all heads."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.encoder = Encoder(bert)
        self.message_text = Pooled(len(MESSAGE_TEXT))
        self.draft_text = Pooled(len(DRAFT_TEXT))
        self.message_sentence = nn.Linear(WIDTH, len(MESSAGE_SENTENCE))
        self.draft_sentence = nn.Linear(WIDTH, len(DRAFT_SENTENCE))
        self.meaning = nn.Linear(WIDTH, WIDTH, bias=False)
        nn.init.eye_(self.meaning.weight)


def half_precision() -> torch.autocast:
    """bfloat16 where the processor multiplies it; where it does not, that is many times slower."""
    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", torch.bfloat16, enabled=fast)


def base(directory: Path) -> Any:
    """The BERT of a model directory."""
    return BertModel.from_pretrained(
        directory, attn_implementation="eager", add_pooling_layer=False
    )


def _layer(bert: Any) -> Layer:
    layer = Layer(bert.intermediate.dense.out_features)
    attention = bert.attention
    parts = [attention.self.query, attention.self.key, attention.self.value]
    with torch.no_grad():
        layer.project.weight.copy_(torch.cat([part.weight for part in parts]))
        layer.project.bias.copy_(torch.cat([part.bias for part in parts]))
    for ours, theirs in (
        (layer.out, attention.output.dense),
        (layer.norm_attention, attention.output.LayerNorm),
        (layer.up, bert.intermediate.dense),
        (layer.down, bert.output.dense),
        (layer.norm_out, bert.output.LayerNorm),
    ):
        ours.load_state_dict(theirs.state_dict())
    return layer
