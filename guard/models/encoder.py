"""Encoder: sentences to unit vectors, by any model that sentence-transformers can load.

Every sentence is encoded by itself: with an int8 model, whose activations are quantised by the
range of the batch, a batch would make a sentence's vector depend on its neighbours.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from guard.errors import EncoderError, MissingExtraError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

DEFAULT_CACHE = 4096


class Encoder(Protocol):
    """Anything that gives a (len(sentences), dimension) array of unit vectors."""

    @property
    def digest(self) -> str:
        """SHA-256 (or a name) that tells one encoder from another."""
        ...

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Vectors of the sentences, in order; float32, shape (n, dimension), length 1."""
        ...


class SentenceTransformerEncoder:
    """Any model that sentence-transformers can load, by name or path. Needs the extra.

    Raises:
        MissingExtraError: sentence-transformers is not installed.
        EncoderError: the model cannot be loaded.
    """

    def __init__(self, model: str) -> None:
        if find_spec("sentence_transformers") is None:
            raise MissingExtraError("a sentence-transformers encoder", "sentence-transformers")
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model, device="cpu")
        except Exception as error:
            raise EncoderError(
                f"sentence-transformers cannot load this model ({type(error).__name__}: {error})"
            ) from error
        self._lock = threading.Lock()
        self.digest = f"sentence-transformers:{model}"

    def encode(self, sentences: Sequence[str]) -> Vectors:
        import numpy as np

        if not sentences:
            dimension = self._model.get_sentence_embedding_dimension() or 0
            return np.zeros((0, dimension), np.float32)
        with self._lock:
            # One at a time, for the same reason as above.
            vectors: Vectors = self._model.encode(
                list(sentences), batch_size=1, normalize_embeddings=True, show_progress_bar=False
            )
        return vectors


class CachedEncoder:
    """Remembers the vectors of sentences seen lately; a bounded least-recently-used cache.

    Conversations repeat themselves: every turn sends the earlier ones again, and stock phrases
    recur. Safe to share between threads.
    """

    def __init__(self, encoder: Encoder, size: int = DEFAULT_CACHE) -> None:
        if size < 0:
            raise EncoderError(f"cache must be at least 0, not {size}")
        self._encoder = encoder
        self._size = size
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()
        self.digest = encoder.digest

    def encode(self, sentences: Sequence[str]) -> Vectors:
        import numpy as np

        found: dict[str, NDArray[np.float32]] = {}
        with self._lock:
            for sentence in sentences:
                if sentence in self._vectors:
                    self._vectors.move_to_end(sentence)
                    found[sentence] = self._vectors[sentence]
        missing = [s for s in dict.fromkeys(sentences) if s not in found]
        new = dict(zip(missing, self._finite(missing), strict=True))
        with self._lock:
            # Copies: a row would keep all of the array it is part of alive.
            self._vectors.update((sentence, vector.copy()) for sentence, vector in new.items())
            while len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
        found.update(new)
        if not sentences:
            return self._encoder.encode([])
        return np.stack([found[sentence] for sentence in sentences])

    def _finite(self, sentences: Sequence[str]) -> Vectors:
        """What is not a number compares as False everywhere, and so would pass."""
        import numpy as np

        vectors = self._encoder.encode(sentences)
        if not np.isfinite(vectors).all():
            raise EncoderError("the encoder gave a vector that is not finite")
        return vectors


def load_encoder(encoder: str | Encoder, cache: int = DEFAULT_CACHE) -> CachedEncoder:
    """The encoder a `Guard` was asked for, by name or path or as an object.

    Raises:
        MissingExtraError: a name or path was given, and sentence-transformers is not installed.
        EncoderError: the model cannot be loaded.
    """
    if isinstance(encoder, str):
        return CachedEncoder(SentenceTransformerEncoder(encoder), cache)
    return CachedEncoder(encoder, cache)
