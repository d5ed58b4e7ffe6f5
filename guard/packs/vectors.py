"""Vectors of the packs' sentences: those of the packs that ship are stored beside the model, since
reading some thousand sentences at each start would take seconds.

A sentence is found by its SHA-256, so a changed one is read anew and a stale file does no harm.
Stored or not, a vector is rounded to half precision, so that both give the same cosine.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from guard.errors import EncoderError
from guard.models.encoder import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from guard.models.encoder import Vectors

STORED = Path(__file__).parents[1] / "models" / "pack_vectors.safetensors"


def vectors_of(sentences: Sequence[str], encoder: Encoder, file: Path = STORED) -> Vectors:
    """Unit vectors of sentences, shape (sentences, width), stored ones where there are.

    They lie by columns: a text of a few sentences is then compared with all in half the time.
    """
    import numpy as np

    stored, places = _stored(file, encoder.digest)
    fresh = [s for s in dict.fromkeys(sentences) if _key(s) not in places]
    if not sentences:
        return encoder.encode([])
    read = dict(zip(fresh, _half(encoder.encode(fresh)), strict=True)) if fresh else {}
    rows = [read[s] if s in read else stored[places[_key(s)]] for s in sentences]
    return np.stack(rows).astype(np.float32, order="F")


def store_vectors(sentences: Sequence[str], encoder: Encoder, file: Path = STORED) -> None:
    """Write the vectors of sentences beside the model."""
    import numpy as np
    from safetensors.numpy import save_file

    unique = sorted(set(sentences))
    keys = np.array([list(bytes.fromhex(_key(s))) for s in unique], np.uint8).reshape(-1, 16)
    vectors = _half(encoder.encode(unique))
    save_file({"keys": keys, "vectors": vectors}, str(file), metadata={"encoder": encoder.digest})


def _half(vectors: Vectors) -> NDArray[np.float16]:
    import numpy as np

    return vectors.astype(np.float16)


def _key(sentence: str) -> str:
    return hashlib.sha256(sentence.encode()).hexdigest()[:32]


@lru_cache(2)
def _read(file: Path, _changed: int) -> tuple[str, NDArray[np.float16], dict[str, int]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), framework="numpy") as tensors:
            keys = tensors.get_tensor("keys")
            places = {bytes(row).hex(): i for i, row in enumerate(keys)}
            encoder = (tensors.metadata() or {}).get("encoder", "")
            return encoder, tensors.get_tensor("vectors"), places
    except SafetensorError as error:
        raise EncoderError(f"{file} cannot be read ({error}); reinstall the package") from None


def _stored(file: Path, digest: str) -> tuple[NDArray[np.float16], dict[str, int]]:
    import numpy as np

    if file.is_file():
        encoder, vectors, places = _read(file, file.stat().st_mtime_ns)
        if encoder == digest:
            return vectors, places
    return np.zeros((0, 0), np.float16), {}
