"""The reader: the message is read without knowing the draft, the draft knowing the message."""

from __future__ import annotations

import gc
import json
import shutil
import weakref
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard import EncoderError, Guard, Turn
from guard.models.reader import DIRECTORY, Judged, Reader
from guard.text.document import Document

LOSS = "My dog died last night and the house is so quiet."
SOOTHING = "I'm so sorry, sending you the biggest hug, it will all be okay."
ASKING = "Which part of the day is quietest without your dog?"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(cache=0)


def user(guard_: Guard, text: str) -> Document:
    return guard_.documents.read(text, "user")


def draft(guard_: Guard, text: str) -> Document:
    return guard_.documents.read(text, "draft")


def same(one: Judged, other: Judged) -> bool:
    return (
        one.text == other.text
        and one.sentences == other.sentences
        and np.array_equal(one.vectors, other.vectors)
    )


def test_the_reading_of_a_message_does_not_depend_on_the_draft(guard_: Guard) -> None:
    readings = [guard_.audit(user=LOSS, draft=text).reading for text in (SOOTHING, ASKING, "No.")]

    assert readings[0] == readings[1] == readings[2]


def test_a_draft_is_weighed_by_what_it_answers(guard_: Guard, reader: Reader) -> None:
    answered = [
        reader.weigh(draft(guard_, ASKING), reader.hear(user(guard_, text)))
        for text in (LOSS, "Which bus goes to the harbour?")
    ]

    assert answered[0].text != answered[1].text


def test_a_belief_that_the_caller_names_is_heard(guard_: Guard) -> None:
    turn = Turn.of("Why do goldfish forget so fast?", "Because their memory lasts three seconds.")

    alone = guard_.audit(turn)
    told = guard_.audit(turn.with_beliefs(["Goldfish remember for only three seconds."]))

    assert told.scores.concedes_false != alone.scores.concedes_false
    assert told.reading == alone.reading


@settings(max_examples=20)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_has_a_probability_for_each_label_and_a_place(
    guard_: Guard, reader: Reader, said: str, answered: str
) -> None:
    documents = user(guard_, said), draft(guard_, answered)

    heard = reader.hear(documents[0])
    both = (heard.judged, reader.weigh(documents[1], heard))

    for document, judged in zip(documents, both, strict=True):
        count = len(document.sentences)
        assert judged.vectors.shape[0] == count
        assert all(0.0 <= p <= 1.0 for p in judged.text.values())
        assert all(0 <= place < count for place in judged.where.values())
        assert all(len(row) == count for row in judged.sentences.values())
        assert bool(judged.text) == bool(count)


def test_a_text_of_many_windows_is_read_to_its_end(guard_: Guard, reader: Reader) -> None:
    long = "The minutes of the meeting were read and agreed by all who were there. " * 60
    heard = reader.hear(user(guard_, LOSS))

    plain = reader.weigh(draft(guard_, long), heard)
    ending = reader.weigh(draft(guard_, long + "I love you, I feel it in my heart."), heard)

    assert ending.text["self_claim"] > plain.text["self_claim"]


def test_what_is_remembered_changes_nothing(guard_: Guard, reader: Reader) -> None:
    remembering = Reader(cache=2)
    texts = [LOSS, "I passed!", "The rent is due.", LOSS, "I passed!"]

    for text in texts:
        document = user(guard_, text)
        heard, known = reader.hear(document), remembering.hear(document)
        answer = draft(guard_, ASKING)
        assert same(heard.judged, known.judged)
        assert same(reader.weigh(answer, heard), remembering.weigh(answer, known))
        assert np.array_equal(reader.encode([text, LOSS]), remembering.encode([text, LOSS]))


def test_the_card_names_every_file_and_its_digest() -> None:
    card = json.loads((DIRECTORY / "card.json").read_text("utf-8"))

    assert {card["onnx"], card["heads"], "tokenizer.json"} == set(card["sha256"])


@pytest.mark.parametrize("name", ["heads.safetensors", "onnx/model_int8.onnx", "tokenizer.json"])
def test_a_file_that_is_not_the_one_of_the_card_is_refused(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(DIRECTORY, tmp_path / "model"))
    with (folder / name).open("ab") as file:
        file.write(b"\n")

    with pytest.raises(EncoderError, match="not the file that its card names") as caught:
        Reader(folder)

    assert name.split("/")[-1] in str(caught.value)
    assert "reinstall" in str(caught.value)


def test_heads_of_another_encoder_are_refused(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DIRECTORY, tmp_path / "model"))
    card = json.loads((folder / "card.json").read_text("utf-8"))
    with (folder / card["onnx"]).open("ab") as file:
        file.write(b"\n")
    (folder / "card.json").write_text(json.dumps(card | {"sha256": {
        **card["sha256"], card["onnx"]: _sha256(folder / card["onnx"])}}))  # fmt: skip

    with pytest.raises(EncoderError):
        Reader(folder)


def _sha256(file: Path) -> str:
    import hashlib

    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_guards_that_remember_as_much_share_one_model_as_long_as_one_of_them_is_there() -> None:
    one, same, other = Guard(cache=3), Guard("block", cache=3), Guard(cache=2)
    model = weakref.ref(one.judge.encoder)

    assert same.judge.encoder is one.judge.encoder
    assert other.judge.encoder is not one.judge.encoder

    del one, same
    gc.collect()
    assert model() is None
