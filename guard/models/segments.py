"""Segments: texts as token ids, cut into windows that the encoder can read at once.

Training and run time share this, so that the network meets the very tokens it learnt from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from guard.turn import Message

CLS, SEP = 101, 102
_SPEAKER = {"assistant": 1, "user": 2}  # unused pieces of the vocabulary, as marks of who speaks
# Tokens of a window. Positions are learnt up to 512; windows this long keep attention cheap.
LONGEST = 400
# What is read of the conversation before the message, from the latest message back.
CONTEXT = ({"assistant": 64, "user": 32}, {"assistant": 32, "user": 32})
BELIEF = 48


@dataclass(frozen=True, slots=True)
class Window:
    """Token ids, and for each token the sentence it belongs to.

    The marks around a window count with its first and its last sentence.
    """

    ids: tuple[int, ...]
    sentence: tuple[int, ...]


def load_tokenizer(directory: Path) -> Tokenizer:
    """The tokenizer of a model directory, without truncation or padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def pieces(tokenizer: Tokenizer, sentences: Sequence[str]) -> list[list[int]]:
    """Token ids of each sentence, without marks."""
    encoded = tokenizer.encode_batch_fast(list(sentences), add_special_tokens=False)
    return [one.ids for one in encoded]


def windows(sentences: Sequence[Sequence[int]], longest: int = LONGEST) -> list[Window]:
    """Whole sentences as far as they fit; a sentence longer than a window is carried over."""
    room = longest - 2
    cut: list[Window] = []
    ids: list[int] = []
    of: list[int] = []

    def close() -> None:
        if ids:
            cut.append(Window((CLS, *ids, SEP), (of[0], *of, of[-1])))
            ids.clear()
            of.clear()

    for i, sentence in enumerate(sentences):
        if ids and len(ids) + len(sentence) > room:
            close()
        for at in range(0, len(sentence), room):
            part = sentence[at : at + room]
            if len(ids) + len(part) > room:
                close()
            ids.extend(part)
            of.extend([i] * len(part))
    close()
    return cut


def context_window(tokenizer: Tokenizer, context: Sequence[Message]) -> tuple[int, ...]:
    """The beginnings of the latest messages before the user's, oldest first; empty without any."""
    left = [dict(limits) for limits in CONTEXT]
    parts: list[list[int]] = []
    for message in reversed(context[-8:]):
        room = next((limits for limits in left if message.role in limits), None)
        if room is None or not message.content.strip():
            continue
        most = room.pop(message.role)
        # No word is longer than its letters, and nobody reads on for what would be cut.
        ids = tokenizer.encode(message.content[: 12 * most], add_special_tokens=False).ids
        parts.append([_SPEAKER[message.role], *ids[:most]])
    if not parts:
        return ()
    return (CLS, *(i for part in reversed(parts) for i in part), SEP)


def belief_window(tokenizer: Tokenizer, beliefs: Sequence[str]) -> tuple[int, ...]:
    """Beliefs that the reply must not adopt, as the caller or a pack states them."""
    if not beliefs:
        return ()
    said = " ".join(beliefs)[: 12 * BELIEF]
    return (CLS, *tokenizer.encode(said, add_special_tokens=False).ids[:BELIEF], SEP)
