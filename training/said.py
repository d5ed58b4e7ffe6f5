"""What the encoder that ships, as it stands, says of examples: the parts that are stacked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guard.models.labels import DRAFT_TEXT, MESSAGE_TEXT
from guard.models.reader import DIRECTORY, Judged, Reader, joined, nothing
from guard.models.stacked import log_odds, summary
from training.examples import Example, Floats, Text

NAMES = {"message": MESSAGE_TEXT, "draft": DRAFT_TEXT}


@dataclass(frozen=True, slots=True)
class Said:
    """Texts of one side. `heads`, `sentences` (the highest of any sentence) and `truth` have shape
    (texts, labels), the first two as logits, NaN in the last for what is not known; `meaning`
    (texts, 2 * width); `ids` are the token ids of each; `held`: not trained on."""

    heads: Floats
    sentences: Floats
    meaning: Floats
    truth: Floats
    ids: tuple[tuple[int, ...], ...]
    held: NDArray[np.bool_]


class Unstacked(Reader):
    """The reader without the last word on anything, fed with examples."""

    def __init__(self, directory: Path = DIRECTORY) -> None:
        super().__init__(directory, cache=0)
        self._heads = replace(self._heads, stacked={})

    def said(self, example: Example) -> tuple[Judged | None, list[Judged | None]]:
        """Of the message, which an exemplar of a draft lacks, and of each draft."""
        past = nothing()
        if example.context:
            past = self._pass(example.context, "context", past).past
        message = None
        if example.message.sentences:
            message, now = self._of("message", example.message, past)
            past = joined(past, now)
        return message, [
            self._of("draft", draft, past)[0] if draft.sentences else None
            for draft in example.drafts
        ]

    def _of(self, side: str, text: Text, past: Floats) -> tuple[Judged, Floats]:
        read = self._pass(text.window.ids, side, past)
        count = max(text.window.sentence) + 1  # sentences beyond the first window were not read
        return self._judged(side, read.hidden, [text.window], count), read.past


def gathered(
    reader: Unstacked, train: Iterable[Example], held: Iterable[Example]
) -> dict[str, Said]:
    """What is said of each side. A message that stands in several examples counts once."""
    rows: dict[str, list[tuple[Judged, Text, bool]]] = {"message": [], "draft": []}
    seen: set[tuple[int, ...]] = set()
    for examples, is_held in ((train, False), (held, True)):
        for example in examples:
            message, drafts = reader.said(example)
            labelled = not np.isnan(example.message.of_text).all()
            if message is not None and labelled and example.message.window.ids not in seen:
                seen.add(example.message.window.ids)
                rows["message"].append((message, example.message, is_held))
            rows["draft"] += [
                (judged, text, is_held)
                for judged, text in zip(drafts, example.drafts, strict=True)
                if judged is not None
            ]
    return {side: _stacked(side, listed) for side, listed in rows.items()}


def _stacked(side: str, rows: Sequence[tuple[Judged, Text, bool]]) -> Said:
    names = NAMES[side]
    return Said(
        np.stack([log_odds([judged.text[name] for name in names]) for judged, _, _ in rows]),
        np.stack(
            [
                log_odds([max(judged.sentences.get(name, (0.5,))) for name in names])
                for judged, _, _ in rows
            ]
        ),
        np.stack([summary(judged.vectors) for judged, _, _ in rows]),
        np.stack([text.of_text for _, text, _ in rows]),
        tuple(text.window.ids for _, text, _ in rows),
        np.array([is_held for _, _, is_held in rows]),
    )


def store(file: Path, said: Said) -> None:
    """Keep what was said, so that a second fit takes seconds."""
    flat = np.array([i for ids in said.ids for i in ids], np.int32)
    sizes = np.array([len(ids) for ids in said.ids])
    np.savez(
        file, heads=said.heads, sentences=said.sentences, meaning=said.meaning, truth=said.truth,
        flat=flat, sizes=sizes, held=said.held,
    )  # fmt: skip


def stored(file: Path) -> Said:
    """What `store` kept."""
    kept = np.load(file, allow_pickle=False)
    ends = np.cumsum(kept["sizes"])
    flat = kept["flat"].tolist()
    ids = tuple(
        tuple(flat[end - size : end]) for end, size in zip(ends, kept["sizes"], strict=True)
    )
    return Said(kept["heads"], kept["sentences"], kept["meaning"], kept["truth"], ids, kept["held"])
