"""Fine-tune the encoder and its heads on text with labels; deterministic on one machine."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from torch import Tensor
from torch.nn import functional

from guard.models.labels import DRAFT_TEXT, MESSAGE_TEXT
from training.batches import Batch, Side, batches
from training.examples import Example, Floats
from training.network import Network, half_precision

SEED = 20
# How much each part of the loss counts.
_WEIGHT = {
    "message_text": 1.0, "draft_text": 2.0, "message_sentence": 0.5, "draft_sentence": 0.7,
    "pairs": 0.4, "meaning": 1.0,
}  # fmt: skip
# Labels that decide something count for more than the many that only colour the reading.
_DECIDING = {
    "function.self", "function.other", "function.norm", "belief.false", "risk.possible",
    "risk.acute", "soothe_only", "concedes_false", "risk_handled", "flag",
}  # fmt: skip
_IMPORTANCE = {
    name: torch.tensor([3.0 if label in _DECIDING else 1.0 for label in labels])
    for name, labels in (("message", MESSAGE_TEXT), ("draft", DRAFT_TEXT))
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How to train.

    `shares`: by source, how often an epoch draws an example (0.5: half of them; 3.0: each three
    times); `elsewhere` for sources that are not named. Rates fall as if there were `epochs`;
    `stop` ends earlier, since what the last one adds costs a quarter of the time.
    """

    epochs: int
    encoder_rate: float
    head_rate: float
    shares: Mapping[str, float]
    elsewhere: float = 0.0
    tokens: int = 2_000
    warm_up: float = 0.06
    decay: float = 0.01
    stop: int | None = None

    def rate(self, progress: float) -> float:
        """What share of the rates is in force; `progress` runs from 0 to 1."""
        return min(progress / self.warm_up, (1.0 - progress) / (1.0 - self.warm_up))

    def drawn(self, examples: Sequence[Example], rng: random.Random) -> list[Example]:
        """What an epoch goes through."""
        found = []
        for example in examples:
            share = self.shares.get(example.source, self.elsewhere)
            times = int(share) + (share % 1 > 0 and rng.random() < share % 1)
            found += [example] * times
        return found


# Messages with their drafts first; then what is said of messages, of which more are needed than
# drafts: they are short, and there is one where there are three drafts.
FIRST = Plan(
    4, 1.0e-4, 1.5e-3, {"own": 1.0, "exemplars": 1.0, "message": 0.0}, elsewhere=0.5, stop=3
)
SECOND = Plan(
    1, 6.0e-5, 8.0e-4, {"own": 0.5, "exemplars": 0.5, "message": 3.0, "goemotions": 0.3}, 0.25
)


def fit(
    network: Network,
    examples: Sequence[Example],
    teacher: Mapping[str, Floats],
    plan: Plan,
    seed: int = SEED,
    keep: Path | None = None,
) -> Network:
    """Train a network; `keep`: where it is saved after each epoch."""
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311 - an order of training, no secret
    network.encoder.words.requires_grad_(False)
    network.train()
    heads = [p for n, p in network.named_parameters() if not n.startswith("encoder")]
    body = [p for p in network.encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        [{"params": body}, {"params": heads}], lr=plan.encoder_rate, weight_decay=plan.decay
    )
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        epochs = plan.stop or plan.epochs
        bar = progress.add_task("training", total=float(epochs))
        seen: list[float] = []
        for epoch in range(epochs):
            drawn = plan.drawn(examples, rng)
            done = 0
            for batch in batches(drawn, teacher, plan.tokens, rng):
                share = plan.rate((epoch + done / len(drawn)) / plan.epochs)
                for group, peak in zip(
                    optimiser.param_groups, (plan.encoder_rate, plan.head_rate), strict=True
                ):
                    group["lr"] = peak * share
                with half_precision():
                    hidden = network.encoder(batch.ids, batch.positions, batch.segments, batch.mask)
                loss = loss_of(network, hidden.float(), batch)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                torch.nn.utils.clip_grad_norm_(body + heads, 1.0)
                optimiser.step()
                done += len(batch.ids)
                seen.append(loss.item())
                progress.update(
                    bar,
                    completed=epoch + done / len(drawn),
                    description=f"epoch {epoch + 1} loss {np.mean(seen[-100:]):.3f}",
                )
            if keep is not None:
                torch.save(network.state_dict(), keep)
    return network.eval()


def loss_of(network: Network, hidden: Tensor, batch: Batch) -> Tensor:
    """The weighted sum of all losses of a batch."""
    flat = hidden.flatten(0, 1)
    total = flat.new_zeros(())
    for name, side, text_head, sentence_head in (
        ("message", batch.message, network.message_text, network.message_sentence),
        ("draft", batch.draft, network.draft_text, network.draft_sentence),
    ):
        if not len(side.tokens):
            continue
        logits = text_head(flat[side.tokens], side.inside)
        total = total + _WEIGHT[f"{name}_text"] * known_loss(
            logits, side.of_text, side.weight[:, None] * _IMPORTANCE[name]
        )
        means = sentence_means(flat, side)
        total = total + _WEIGHT[f"{name}_sentence"] * known_loss(
            sentence_head(means), side.of_sentence
        )
        total = total + _WEIGHT["meaning"] * meaning_loss(network.meaning(means), side.teacher)
        if name == "draft" and len(batch.pairs):
            label, has, lacks = batch.pairs.T
            margin = logits[has, label] - logits[lacks, label]
            total = total + _WEIGHT["pairs"] * functional.softplus(1.0 - margin).mean()
    return total


def known_loss(logits: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
    """Binary cross-entropy, averaged over the labels that are known."""
    known = ~labels.isnan()
    each = functional.binary_cross_entropy_with_logits(
        logits, labels.nan_to_num(), reduction="none"
    )
    counts = known * (weight if weight is not None else 1.0)
    total: Tensor = (each * counts).sum() / counts.sum().clamp(min=1.0)
    return total


def meaning_loss(vectors: Tensor, teacher: Tensor) -> Tensor:
    """One less the cosine to what the base model makes of each sentence by itself."""
    known = ~teacher.isnan().any(dim=1)
    if not known.any():
        return vectors.new_zeros(())
    return 1.0 - functional.cosine_similarity(vectors[known], teacher[known]).mean()


def sentence_means(flat: Tensor, side: Side) -> Tensor:
    """Mean of the hidden states of each sentence's tokens, shape (sentences, width)."""
    tokens = flat[side.tokens[side.inside]]
    count = len(side.of_sentence)
    sums = flat.new_zeros(count, flat.shape[1]).index_add(0, side.sentence, tokens)
    sizes = torch.bincount(side.sentence, minlength=count).clamp(min=1)
    return sums / sizes[:, None]
