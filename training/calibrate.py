"""Calibrate: a logistic curve for each label, fitted on text that was not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from training.batches import batches
from training.examples import Example, Floats
from training.export import LABELS, Curves
from training.fit import sentence_means
from training.network import Network

_PULL = 4.0  # pull of the curve towards leaving logits as they are, as if so many rows said so
_STEPS = 50
_STILL = 1e-6  # a smaller step is none


def logits_of(
    network: Network, examples: Sequence[Example], teacher: Mapping[str, Floats], tokens: int = 6000
) -> dict[str, tuple[Floats, Floats]]:
    """Logits and labels of each head over the examples, shape (texts or sentences, labels)."""
    found: dict[str, list[tuple[Floats, Floats]]] = {name: [] for name in LABELS}
    with torch.inference_mode():
        for batch in batches(examples, teacher, tokens, None, belief=False):
            hidden = network.encoder(batch.ids, batch.positions, batch.segments, batch.mask)
            flat = hidden.flatten(0, 1)
            for name, side in (("message", batch.message), ("draft", batch.draft)):
                if not len(side.tokens):
                    continue
                text = getattr(network, f"{name}_text")(flat[side.tokens], side.inside)
                means = sentence_means(flat, side)
                sentence = getattr(network, f"{name}_sentence")(means)
                found[f"{name}_text"].append((text.numpy(), side.of_text.numpy()))
                found[f"{name}_sentence"].append((sentence.numpy(), side.of_sentence.numpy()))
    return {
        name: (np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts]))
        for name, parts in found.items()
    }


def curves_of(logits: Mapping[str, tuple[Floats, Floats]]) -> Curves:
    """Scale and offset for each label of each head (Platt 1999)."""
    fitted = {}
    for name, (raw, labels) in logits.items():
        pairs = [platt(raw[:, i], labels[:, i]) for i in range(raw.shape[1])]
        fitted[name] = (
            np.array([scale for scale, _ in pairs], np.float32),
            np.array([offset for _, offset in pairs], np.float32),
        )
    return fitted


def platt(logit: Floats, label: Floats) -> tuple[float, float]:
    """Scale and offset of a logistic curve by damped Newton, pulled towards 1 and 0."""
    known = ~np.isnan(label)
    x, y = logit[known].astype(np.float64), label[known].astype(np.float64)
    if not 0 < y.sum() < len(y):
        return 1.0, 0.0
    design = np.stack([x, np.ones_like(x)], axis=1)
    start = np.array([1.0, 0.0])

    def cost(curve: Floats) -> float:
        raw = design @ curve
        pull = _PULL / 2 * ((curve - start) ** 2).sum()
        return float((np.logaddexp(0.0, raw) - y * raw).sum() + pull)

    curve = start
    for _ in range(_STEPS):
        p = 1.0 / (1.0 + np.exp(-np.clip(design @ curve, -30, 30)))
        slope = design.T @ (p - y) + _PULL * (curve - start)
        bend = design.T @ (design * (p * (1 - p))[:, None]) + _PULL * np.eye(2)
        step = np.linalg.solve(bend, slope)
        # Where the logits are too sure the curvature is nearly nought and a full step flies off.
        while cost(curve - step) > cost(curve) and np.abs(step).max() > _STILL:
            step = step / 2
        curve = curve - step
        if np.abs(step).max() <= _STILL:
            break
    return (float(curve[0]), float(curve[1])) if curve[0] > 0 else (1.0, 0.0)
