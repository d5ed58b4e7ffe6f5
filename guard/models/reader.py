"""Reader: the fine-tuned encoder with its heads, on onnxruntime. Reads a turn in one pass.

A turn is read as segments: what came before, the message, beliefs that the caller names, the
draft. Each is one pass that is handed the keys and values of those before it, so the message is
read without knowing the draft, and the draft is read knowing the message, at the price of reading
the text once.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from guard.errors import EncoderError
from guard.models.heads import Heads, load_heads
from guard.models.labels import SEGMENTS
from guard.models.lately import Lately
from guard.models.segments import (
    CLS,
    SEP,
    Window,
    belief_window,
    context_window,
    load_tokenizer,
    pieces,
    windows,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guard.text.document import Document
    from guard.turn import Message

    Floats = NDArray[np.float32]

DIRECTORY = Path(__file__).parent / "minilm"
CARD = "card.json"
_LAYERS, _HEADS, _SIZE = 6, 12, 32
# Of a very long message a draft sees the beginning and the end.
_FIRST, _LAST = 1, 2
_MESSAGES = 16  # whose passes are remembered: about 1.5 MB each
_SENTENCES = 1024  # whose vectors are: 1.5 kB each


_MARKS = Window((CLS, SEP), (0, 0))


@dataclass(frozen=True, slots=True)
class Judged:
    """What the heads say of a text.

    `text[label]` is a probability for the whole; `where[label]` the sentence that speaks most for
    it; `sentences[label]` holds a probability for each sentence; `vectors` one row for each.
    """

    text: Mapping[str, float]
    where: Mapping[str, int]
    sentences: Mapping[str, list[float]]
    vectors: Floats


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that was read: what it says, and what a draft is handed of it."""

    judged: Judged
    past: Floats


@dataclass(frozen=True, slots=True)
class _Pass:
    hidden: Floats  # (tokens, width)
    past: Floats  # (2, layers, heads, tokens, size)


class Reader:
    """Judges messages and drafts, and gives vectors of sentences for exemplars.

    Safe to share between threads and across a fork: a pass runs on the caller's thread.

    Args:
        directory: holds the tokenizer, the ONNX file, the heads and the card.
        cache: how many messages are remembered, at most 16, and how many sentences of earlier ones,
            at most 1024; 0 turns it off.

    Raises:
        EncoderError: a file is missing, damaged, or not the one that the card names.
    """

    def __init__(self, directory: Path = DIRECTORY, cache: int = _MESSAGES) -> None:
        import onnxruntime

        card = _card(directory)
        for name, digest in card["sha256"].items():
            _check(directory / name, digest)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # callers bring their own threads, and may fork
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(directory / card["onnx"]), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = load_tokenizer(directory)
        except Exception as error:
            raise EncoderError(f"{directory} cannot be loaded ({type(error).__name__})") from error
        self.digest = str(card["sha256"][card["onnx"]])
        self._heads: Heads = load_heads(directory / card["heads"], self.digest)
        self._messages: Lately[tuple[Floats, Floats]] = Lately(min(cache, _MESSAGES))
        self._sentences: Lately[Floats] = Lately(min(cache, _SENTENCES))

    def hear(self, user: Document, context: Sequence[Message] = ()) -> Heard:
        """Read a message, knowing what was said before it. An empty one says nothing."""
        cut = _windows(self._tokenizer, user)
        hidden, past = self._message(context_window(self._tokenizer, context), cut)
        return Heard(self._judged("message", hidden, cut, len(user.sentences)), past)

    def weigh(self, draft: Document, heard: Heard, beliefs: Sequence[str] = ()) -> Judged:
        """Read a draft, knowing the message.

        Args:
            draft: the draft.
            heard: the message it answers.
            beliefs: claims that the draft must not adopt, as the caller or a pack states them.
        """
        past = heard.past
        if stated := belief_window(self._tokenizer, beliefs):
            past = joined(past, self._pass(stated, "belief", past).past)
        cut = _windows(self._tokenizer, draft)
        hidden = _stacked([self._pass(window.ids, "draft", past).hidden for window in cut])
        return self._judged("draft", hidden, cut, len(draft.sentences))

    def encode(self, sentences: Sequence[str]) -> Floats:
        """Vectors of sentences, each by itself; float32, shape (n, width), length 1."""
        import numpy as np

        if not sentences:
            return np.zeros((0, self._heads.meaning.shape[0]), np.float32)
        # One by one: in one product, a row's last bits would depend on its neighbours. Remembered,
        # since each turn of a conversation brings the earlier messages again.
        every = map(tuple, pieces(self._tokenizer, sentences))
        return np.stack([self._sentences.made(ids, partial(self._vector, ids)) for ids in every])

    def _vector(self, ids: tuple[int, ...]) -> Floats:
        (cut, *_) = windows([ids]) or [_MARKS]
        hidden = self._pass(cut.ids, "message", nothing()).hidden
        vector: Floats = self._vectors(hidden.mean(axis=0, keepdims=True))[0]
        return vector

    def _message(self, before: tuple[int, ...], cut: Sequence[Window]) -> tuple[Floats, Floats]:
        """Hidden states of a message, and the keys and values a draft is handed."""
        key = (before, *(window.ids for window in cut))
        return self._messages.made(key, lambda: self._read(before, cut))

    def _read(self, before: tuple[int, ...], cut: Sequence[Window]) -> tuple[Floats, Floats]:
        past = self._pass(before, "context", nothing()).past if before else nothing()
        read = [self._pass(window.ids, "message", past) for window in cut]
        seen = read if len(read) <= _FIRST + _LAST else [*read[:_FIRST], *read[-_LAST:]]
        return (
            _stacked([one.hidden for one in read]),
            joined(past, *(one.past for one in seen)),
        )

    def _pass(self, ids: Sequence[int], segment: str, past: Floats) -> _Pass:
        import numpy as np

        tokens = np.array([ids], np.int64)
        kind = np.full_like(tokens, SEGMENTS.index(segment))
        hidden, present = self._session.run(None, {"ids": tokens, "segment": kind, "past": past})
        if len(hidden) != len(ids):
            raise EncoderError(f"the encoder gave {len(hidden)} vectors for {len(ids)} tokens")
        if not np.isfinite(hidden).all():
            # What is not a number compares as False everywhere, and so would pass.
            raise EncoderError("the encoder gave a vector that is not finite")
        return _Pass(hidden, present)

    def _judged(self, side: str, hidden: Floats, cut: Sequence[Window], count: int) -> Judged:
        if not cut:
            return Judged({}, {}, {}, self.encode([]))
        member = [i for window in cut for i in window.sentence]
        means = _means(hidden, member, count)
        text, shares = self._heads.text[side].judge(hidden)
        places = _sums(shares, member, count).argmax(axis=0).tolist()
        sentences, vectors = self._heads.sentence[side].judge(means), self._vectors(means)
        if (stacked := self._heads.stacked.get(side)) is not None:
            ids = [i for window in cut for i in window.ids]
            text |= stacked.judge(text, sentences, vectors, ids)
        return Judged(text, dict(zip(text, places, strict=True)), sentences, vectors)

    def _vectors(self, means: Floats) -> Floats:
        import numpy as np

        vectors = means @ self._heads.meaning.T
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Floats = (vectors / np.maximum(length, 1e-12)).astype(np.float32)
        return unit


def _windows(tokenizer: Any, document: Document) -> list[Window]:
    cut = windows(pieces(tokenizer, [sentence.text for sentence in document.sentences]))
    # The tokenizer drops some characters; a text of nothing else is still a text.
    return cut or ([_MARKS] if document.sentences else [])


def nothing() -> Floats:
    """Keys and values of no segment at all."""
    import numpy as np

    return np.zeros((2, _LAYERS, _HEADS, 0, _SIZE), np.float32)


def joined(*pasts: Floats) -> Floats:
    """Keys and values of segments that follow one another."""
    import numpy as np

    return np.concatenate(pasts, axis=3) if len(pasts) > 1 else pasts[0]


def _stacked(hidden: Sequence[Floats]) -> Floats:
    import numpy as np

    return np.concatenate(hidden) if hidden else np.zeros((0, _HEADS * _SIZE), np.float32)


def _sums(rows: Floats, sentence: Sequence[int], count: int) -> Floats:
    """Sum of the rows of each sentence's tokens, which stand together."""
    import numpy as np

    sums = np.zeros((count, rows.shape[1]), np.float32)
    there, starts = np.unique(np.array(sentence), return_index=True)
    for i, first, after in zip(there, starts, [*starts[1:], len(rows)], strict=True):
        rows[first:after].sum(axis=0, out=sums[i])
    return sums


_shared: WeakValueDictionary[int, Reader] = WeakValueDictionary()
_sharing = threading.Lock()


def shared_reader(cache: int = _MESSAGES) -> Reader:
    """The model that ships, loaded once for all guards of a process that remember as much; a second
    guard then needs no second model."""
    with _sharing:
        reader = _shared.get(cache)
        if reader is None:
            reader = _shared[cache] = Reader(cache=cache)
        return reader


def _means(hidden: Floats, sentence: Sequence[int], count: int) -> Floats:
    """Mean state of each sentence's tokens; zeros for one whose characters the tokenizer drops."""
    import numpy as np

    sizes = np.bincount(np.array(sentence), minlength=count).clip(min=1).astype(np.float32)
    means: Floats = _sums(hidden, sentence, count) / sizes[:, None]
    return means


def _card(directory: Path) -> dict[str, Any]:
    file = directory / CARD
    if not file.is_file():
        raise EncoderError(f"{file} is missing; reinstall the package")
    try:
        card: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return {"onnx": card["onnx"], "heads": card["heads"], "sha256": dict(card["sha256"])}
    except (ValueError, KeyError, TypeError) as error:
        raise EncoderError(f"{file} cannot be read ({type(error).__name__})") from None


def _check(file: Path, digest: str) -> None:
    if not file.is_file():
        raise EncoderError(f"{file} is missing; reinstall the package")
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != digest:
        raise EncoderError(
            f"{file} is not the file that its card names (SHA-256 {found[:12]}, expected "
            f"{digest[:12]}); reinstall the package"
        )
