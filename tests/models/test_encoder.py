"""Encoders: the same sentence always gets the same vector, whoever asks and in what company."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard import EncoderError, GuardError, MissingExtraError
from guard.models.encoder import CachedEncoder, load_encoder
from guard.models.reader import DIRECTORY, Reader

SENTENCES = (
    "The ferry left without us.",
    "ok",
    "I have kept her scarf in the drawer since March, and some days I open the drawer.",
    "why?!",
    "😭",
    "",
    "ferry " * 400,
    "The ferry left without us",
)
NEEDED = ("tokenizer.json", "card.json", "heads.safetensors", "onnx/model_int8.onnx")


class Counting:
    """A real, tiny encoder that counts what it is asked for."""

    digest = "counting"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: Sequence[str]) -> np.ndarray:
        self.asked.extend(sentences)
        rows = [(len(sentence), sum(map(ord, sentence)) % 97, 1.0) for sentence in sentences]
        vectors = np.array(rows, np.float32).reshape(len(sentences), 3)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


@pytest.fixture(scope="module")
def encoder() -> Reader:
    return Reader()


def model_in(folder: Path) -> Path:
    return Path(shutil.copytree(DIRECTORY, folder / "model"))


def test_vectors_are_unit_length_float32_rows(encoder: Reader) -> None:
    vectors = encoder.encode(SENTENCES)

    assert vectors.shape == (len(SENTENCES), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_sentences_that_mean_the_same_are_near(encoder: Reader) -> None:
    dog, hound, tax = encoder.encode(
        ["My dog died last night.", "Our puppy passed away yesterday.", "File the tax return."]
    )

    assert dog @ hound > dog @ tax + 0.2


def test_no_sentences_give_no_rows(encoder: Reader) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_a_sentence_has_the_same_vector_alone_and_among_others(encoder: Reader) -> None:
    among = encoder.encode(SENTENCES)

    alone = [encoder.encode([sentence])[0] for sentence in SENTENCES]

    assert np.array_equal(np.stack(alone), among)


def test_the_order_of_sentences_does_not_change_their_vectors(encoder: Reader) -> None:
    forwards = encoder.encode(SENTENCES)

    backwards = encoder.encode(SENTENCES[::-1])

    assert np.array_equal(backwards[::-1], forwards)


def test_threads_that_share_an_encoder_get_identical_vectors(encoder: Reader) -> None:
    shared = CachedEncoder(Reader(), 4)
    expected = encoder.encode(SENTENCES)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(shared.encode, [SENTENCES] * 16))

    assert all(np.array_equal(answer, expected) for answer in answers)


@settings(max_examples=25)
@given(text=st.text(max_size=60))
def test_any_text_has_a_unit_vector(encoder: Reader, text: str) -> None:
    (vector,) = encoder.encode([text])

    assert abs(float(np.linalg.norm(vector)) - 1.0) < 1e-5


def test_what_is_past_the_longest_the_model_reads_changes_nothing(encoder: Reader) -> None:
    long = "word " * 600

    one, other = encoder.encode([long, long + "and quite another end"])

    assert np.array_equal(one, other)


def test_encoders_of_the_same_files_have_the_same_digest(tmp_path: Path, encoder: Reader) -> None:
    copy = Reader(model_in(tmp_path))

    assert copy.digest == encoder.digest
    assert len(copy.digest) == 64


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    folder = model_in(tmp_path)
    (folder / missing).unlink()

    with pytest.raises(EncoderError) as caught:
        Reader(folder)

    assert isinstance(caught.value, GuardError)
    assert str(folder) in str(caught.value)
    assert missing in str(caught.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="nowhere"):
        Reader(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "broken", ["tokenizer.json", "onnx/model_int8.onnx", "heads.safetensors", "card.json"]
)
def test_a_file_that_does_not_fit_is_an_encoder_error(tmp_path: Path, broken: str) -> None:
    folder = model_in(tmp_path)
    (folder / broken).write_text("{this is not what belongs here")

    with pytest.raises(EncoderError, match="model"):
        Reader(folder)


def test_a_cache_gives_the_vectors_of_its_encoder(encoder: Reader) -> None:
    cached = CachedEncoder(encoder)

    first, second = cached.encode(SENTENCES), cached.encode(SENTENCES[::-1])

    assert np.array_equal(first, encoder.encode(SENTENCES))
    assert np.array_equal(second[::-1], first)


def test_a_cached_encoder_has_the_digest_of_its_encoder(encoder: Reader) -> None:
    assert CachedEncoder(encoder).digest == encoder.digest


def test_a_cache_asks_for_each_sentence_once() -> None:
    counting = Counting()
    cached = CachedEncoder(counting)

    cached.encode(["tea", "milk", "tea"])
    cached.encode(["milk", "sugar"])

    assert counting.asked == ["tea", "milk", "sugar"]


def test_a_cache_forgets_what_was_not_used_for_longest() -> None:
    counting = Counting()
    cached = CachedEncoder(counting, 2)
    cached.encode(["tea"])
    cached.encode(["milk"])
    cached.encode(["tea"])
    cached.encode(["sugar"])

    cached.encode(["tea"])
    cached.encode(["milk"])

    assert counting.asked == ["tea", "milk", "sugar", "milk"]


@pytest.mark.parametrize("size", [0, 1, 3])
def test_more_sentences_than_a_cache_holds_still_get_their_vectors(size: int) -> None:
    sentences = [f"cup number {n}" for n in range(10)]
    cached = CachedEncoder(Counting(), size)

    vectors = cached.encode(sentences)

    assert np.array_equal(vectors, Counting().encode(sentences))


def test_a_cache_never_remembers_more_than_its_size() -> None:
    counting = Counting()
    cached = CachedEncoder(counting, 3)
    sentences = [f"cup number {n}" for n in range(10)]
    cached.encode(sentences)
    counting.asked.clear()

    for sentence in reversed(sentences):
        cached.encode([sentence])

    assert len(counting.asked) == len(sentences) - 3


def test_a_cache_of_no_sentences_gives_no_rows() -> None:
    assert CachedEncoder(Counting()).encode([]).shape == (0, 3)


def test_changing_a_vector_that_was_given_out_does_not_change_the_cache() -> None:
    cached = CachedEncoder(Counting())
    expected = cached.encode(["tea"]).copy()

    cached.encode(["tea"])[:] = 0.0

    assert np.array_equal(cached.encode(["tea"]), expected)


def test_an_encoder_of_ones_own_is_used_and_cached() -> None:
    counting = Counting()

    loaded = load_encoder(counting)
    loaded.encode(["tea", "tea"])
    loaded.encode(["tea"])

    assert counting.asked == ["tea"]


@pytest.mark.skipif(
    find_spec("sentence_transformers") is not None, reason="sentence-transformers is installed"
)
def test_a_named_model_without_the_extra_is_an_error_that_names_the_extra() -> None:
    with pytest.raises(MissingExtraError) as caught:
        load_encoder("some/model")

    assert isinstance(caught.value, GuardError)
    assert caught.value.extra == "sentence-transformers"
    assert "pip install 'emotion-signal-guard[sentence-transformers]'" in str(caught.value)


def test_a_process_that_forks_after_loading_gets_the_same_vectors() -> None:
    program = """
import os, sys
from guard.models.reader import Reader
encoder = Reader()
said = ["My dog died.", "They lied to me.", "What time is it?"]
before = encoder.encode(said).tobytes()
child = os.fork()
if child == 0:
    os._exit(0 if encoder.encode(said).tobytes() == before else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""

    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], timeout=60, check=False)

    assert done.returncode == 0
