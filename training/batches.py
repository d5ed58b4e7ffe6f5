"""Batches: examples packed into sequences, several drafts of one message side by side."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from guard.models.labels import SEGMENTS
from training.examples import Example, Floats, Text

_RANK = {"context": 0, "message": 1, "belief": 2, "draft": 3}
_MASK_TOKEN = 103


@dataclass(frozen=True, slots=True)
class Side:
    """The messages, or the drafts, of a batch: where their tokens lie, and what they are.

    Shapes: `tokens` and `inside` (texts, longest), places in the flattened batch; `of_text`
    (texts, labels); `sentence` (tokens of all texts that are inside), index of the sentence;
    `of_sentence` (sentences, labels); `teacher` (sentences, width).
    """

    tokens: Tensor
    inside: Tensor
    of_text: Tensor
    sentence: Tensor
    of_sentence: Tensor
    teacher: Tensor
    weight: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs of shape (examples, tokens), the mask, and both sides. `pairs`: label, has, lacks."""

    ids: Tensor
    positions: Tensor
    segments: Tensor
    mask: Tensor
    message: Side
    draft: Side
    pairs: Tensor


@dataclass(frozen=True, slots=True)
class _Segment:
    kind: str
    ids: tuple[int, ...]
    text: Text | None = None


def segments_of(
    example: Example, *, belief: bool, context: bool = True, message: bool = True
) -> list[_Segment]:
    """The segments of an example, in order; what is switched off is left out."""
    listed = []
    if context and message and example.context:
        listed.append(_Segment("context", example.context))
    if example.message.sentences and (message or not example.drafts):
        listed.append(_Segment("message", example.message.window.ids, example.message))
    if belief and example.belief:
        listed.append(_Segment("belief", example.belief))
    listed += [_Segment("draft", draft.window.ids, draft) for draft in example.drafts]
    return listed


def batches(
    examples: Sequence[Example],
    teacher: Mapping[str, Floats],
    tokens: int,
    rng: random.Random | None,
    *,
    belief: bool = True,
) -> Iterator[Batch]:
    """Batches of about so many tokens, padding included; shuffled and varied if `rng` is given.

    In training the belief is given every other time, the context or the whole message is left out
    now and then, and some words are masked, so that the network leans on none of them.
    """
    packed = [
        (
            example,
            segments_of(
                example,
                belief=example.told or (belief if rng is None else rng.random() < 0.5),
                context=rng is None or rng.random() < 0.9,
                message=rng is None or rng.random() < 0.95,
            ),
        )
        for example in examples
    ]
    size = [sum(len(s.ids) for s in segments) for _, segments in packed]
    jitter = [rng.uniform(0.85, 1.15) if rng else 1.0 for _ in packed]
    order = sorted(range(len(packed)), key=lambda i: size[i] * jitter[i])
    groups: list[list[int]] = [[]]
    for i in order:
        longest = max([size[i], *(size[j] for j in groups[-1])])
        if groups[-1] and longest * (len(groups[-1]) + 1) > tokens:
            groups.append([])
        groups[-1].append(i)
    if rng:
        rng.shuffle(groups)
    for group in groups:
        yield _pack([packed[i] for i in group], teacher, rng)


def _pack(
    group: Sequence[tuple[Example, list[_Segment]]],
    teacher: Mapping[str, Floats],
    rng: random.Random | None,
) -> Batch:
    longest = max(sum(len(s.ids) for s in segments) for _, segments in group)
    shape = (len(group), longest)
    ids, positions, kinds = (np.zeros(shape, np.int64) for _ in range(3))
    number = np.full(shape, -1, np.int64)
    rank = np.full(shape, 9, np.int64)
    sides: dict[str, list[tuple[int, Text, float]]] = {"message": [], "draft": []}
    pairs: list[tuple[int, int, int]] = []
    for row, (example, segments) in enumerate(group):
        at, first = 0, len(sides["draft"])
        for n, segment in enumerate(segments):
            here = slice(at, at + len(segment.ids))
            ids[row, here] = segment.ids
            positions[row, here] = np.arange(len(segment.ids))
            kinds[row, here] = SEGMENTS.index(segment.kind)
            number[row, here], rank[row, here] = n, _RANK[segment.kind]
            if segment.text is not None:
                sides[segment.kind].append((row * longest + at, segment.text, example.weight))
            at = here.stop
        pairs += [(label, first + i, first + j) for label, i, j in example.pairs]
    if rng is not None:
        hidden = np.array([rng.random() < 0.04 for _ in range(ids.size)]).reshape(shape)
        ids[hidden & (ids > 200)] = _MASK_TOKEN
    seen = (number[:, :, None] == number[:, None, :]) | (rank[:, None, :] < rank[:, :, None])
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(positions),
        torch.from_numpy(kinds),
        torch.from_numpy(seen),
        _side(sides["message"], teacher),
        _side(sides["draft"], teacher),
        torch.tensor(pairs, dtype=torch.long).reshape(-1, 3),
    )


def _side(placed: Sequence[tuple[int, Text, float]], teacher: Mapping[str, Floats]) -> Side:
    longest = max((len(text.window.ids) for _, text, _ in placed), default=0)
    tokens = np.zeros((len(placed), longest), np.int64)
    inside = np.zeros((len(placed), longest), bool)
    sentence: list[int] = []
    labels: list[Floats] = []
    meaning: list[Floats] = []
    for row, (at, text, _) in enumerate(placed):
        size = len(text.window.ids)
        tokens[row, :size] = np.arange(at, at + size)
        inside[row, :size] = True
        seen = sorted(set(text.window.sentence))
        place = {n: len(labels) + i for i, n in enumerate(seen)}
        sentence += [place[n] for n in text.window.sentence]
        for n in seen:
            known = n < len(text.sentences)  # an empty text has marks and no sentence
            labels.append(text.of_sentence[n] if known else np.full(0, np.nan, np.float32))
            meaning.append(teacher[text.sentences[n]] if known else np.zeros(0, np.float32))
    return Side(
        torch.from_numpy(tokens),
        torch.from_numpy(inside),
        _stack([text.of_text for _, text, _ in placed]),
        torch.tensor(sentence, dtype=torch.long),
        _stack(labels),
        _stack(meaning),
        torch.tensor([weight for _, _, weight in placed]),
    )


def _stack(rows: Sequence[Floats]) -> Tensor:
    width = max((len(row) for row in rows), default=0)
    full = [row if len(row) == width else np.full(width, np.nan, np.float32) for row in rows]
    return torch.from_numpy(np.array(full, np.float32).reshape(len(rows), width))
