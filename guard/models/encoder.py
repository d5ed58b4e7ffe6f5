"""Encoder: sentences to unit vectors, by onnxruntime or by sentence-transformers.

Every sentence is encoded by itself. Batches would be slower here (padding) and, with an int8 model
whose activations are quantised by the batch's range, would make a sentence's vector depend on its
neighbours; the same sentence must always get the same vector.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from guard.errors import EncoderError, MissingExtraError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

DEFAULT_MODEL = Path(__file__).parent / "minilm"
DEFAULT_THREADS = 2
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


class OnnxEncoder:
    """A sentence-transformers model directory with an ONNX file, on onnxruntime; needs no torch.

    Mean pooling over tokens, then length 1, as sentence-transformers does for MiniLM (Reimers and
    Gurevych 2019).

    Args:
        directory: holds `tokenizer.json` and the ONNX file.
        onnx: the ONNX file, relative to the directory.
        threads: sentences encoded at a time.

    Raises:
        EncoderError: a file is missing or does not fit.
    """

    def __init__(
        self,
        directory: Path = DEFAULT_MODEL,
        onnx: str = "onnx/model_int8.onnx",
        threads: int = DEFAULT_THREADS,
    ) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        if threads < 1:
            raise EncoderError(f"threads must be at least 1, not {threads}")
        for name in ("tokenizer.json", "config_sentence_transformers.json", onnx):
            if not (directory / name).is_file():
                raise EncoderError(f"{directory} has no {name}")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # sentences run side by side instead
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(directory / onnx), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
            longest = _longest(directory)
        except Exception as error:
            raise EncoderError(f"{directory} cannot be loaded ({type(error).__name__})") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(longest)
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._pool_of = 0
        self.digest = _digest(directory / onnx, directory / "tokenizer.json")

    def encode(self, sentences: Sequence[str]) -> Vectors:
        import numpy as np

        if not sentences:
            return np.zeros((0, self.dimension), np.float32)
        if self._threads == 1 or len(sentences) == 1:
            return np.stack([self._one(sentence) for sentence in sentences])
        vectors: list[Any] = [None] * len(sentences)
        # Longest first, one at a time, so that no thread is left with the long ones.
        todo = sorted(range(len(sentences)), key=lambda i: len(sentences[i]))

        def work() -> None:
            while True:
                try:
                    i = todo.pop()
                except IndexError:
                    return
                vectors[i] = self._one(sentences[i])

        pool = self._threads_of_this_process()
        helpers = [pool.submit(work) for _ in range(self._threads - 1)]
        work()
        for helper in helpers:
            # A helper that a busy pool has not started has nothing left to do.
            if not helper.cancel():
                helper.result()
        return np.stack(vectors)

    def _threads_of_this_process(self) -> ThreadPoolExecutor:
        """Threads don't survive a fork: a server that forks after loading needs its own."""
        if self._pool is None or self._pool_of != os.getpid():
            self._pool = ThreadPoolExecutor(self._threads - 1, "guard-encoder")
            self._pool_of = os.getpid()
        return self._pool

    @property
    def dimension(self) -> int:
        size: int = self._session.get_outputs()[0].shape[-1]
        return size

    def _one(self, sentence: str) -> NDArray[np.float32]:
        import numpy as np

        ids = np.array([self._tokenizer.encode(sentence).ids], np.int64)
        (hidden,) = self._session.run(
            None,
            {
                "input_ids": ids,
                "attention_mask": np.ones_like(ids),
                "token_type_ids": np.zeros_like(ids),
            },
        )
        mean: NDArray[np.float32] = hidden[0].mean(axis=0)
        return mean / max(float(np.linalg.norm(mean)), 1e-12)


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


def load_encoder(
    encoder: str | Encoder | None, threads: int = DEFAULT_THREADS, cache: int = DEFAULT_CACHE
) -> CachedEncoder:
    """The encoder a `Guard` was asked for: None is the one that ships, a name or a path any other.

    Raises:
        MissingExtraError: a name or path was given, and sentence-transformers is not installed.
        EncoderError: the model cannot be loaded.
    """
    if encoder is None:
        return CachedEncoder(OnnxEncoder(threads=threads), cache)
    if isinstance(encoder, str):
        return CachedEncoder(SentenceTransformerEncoder(encoder), cache)
    return CachedEncoder(encoder, cache)


def _longest(directory: Path) -> int:
    """Tokens the model reads of one sentence, from the sentence-transformers configuration."""
    file = directory / "sentence_bert_config.json"
    config = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    return int(config.get("max_seq_length", 256))


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
