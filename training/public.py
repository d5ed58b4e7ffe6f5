"""The public sets that may be trained on, as examples with the few labels that they bear.

A quarter of each set, by person, question or stimulus, is never trained on: `held_out`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from guard.models.labels import MESSAGE_TEXT
from guard.models.segments import LONGEST
from training.examples import Example, Labels, Maker

Row = Mapping[str, Any]
_GROUP = re.compile(r"sycon-.*-(\d+)-\d+$|vera-[0-9a-f]+_(\w+?)_|spiral-.*-([a-z]+\d+)-\d+$")
# GoEmotions (Demszky et al. 2020) to the codebook's emotions; the rest has no counterpart.
EMOTIONS = {
    "anger": "anger", "annoyance": "frustration", "caring": "love", "confusion": "confusion",
    "desire": "hope", "disappointment": "disappointment", "disgust": "disgust",
    "embarrassment": "embarrassment", "excitement": "joy", "fear": "fear",
    "gratitude": "gratitude", "grief": "grief", "joy": "joy", "amusement": "joy", "love": "love",
    "nervousness": "anxiety", "optimism": "hope", "pride": "pride", "relief": "relief",
    "remorse": "guilt", "sadness": "sadness",
}  # fmt: skip
# What these long replies do shows at their beginning; the rest would only take time.
_LONGEST = {"vera_mh": 160, "counsel_chat": 160, "sycon": 256, "spiral_bench": 256}
# Of large sets a fixed draw is enough.
_ONE_IN = {"goemotions": 4, "vera_mh": 2, "counsel_chat": 2}
# Nobody labelled these replies; people or careful models wrote them, and most are sound.
_MOSTLY_SOUND: Mapping[str, float] = {
    "soothe_only": 0.0, "concedes_false": 0.0, "attachment": 0.0, "flag": 0.0, "self_claim": 0.0,
    "flip": 0.0, "false_contradiction": 0.0,
}  # fmt: skip


def group_of(row: Row, text: str = "") -> str:
    """Rows that belong together: one persona, question or stimulus, else one user message."""
    found = _GROUP.match(str(row.get("id")))
    named = next((part for part in found.groups() if part), "") if found else ""
    return named or text or str(row.get("user") or row.get("text"))


def held_out(group: str) -> bool:
    """Whether a group is kept for measuring."""
    return _draw(group) < 64


def _draw(name: str) -> int:
    """A number below 256 that depends on the name alone."""
    return hashlib.sha256(name.encode()).digest()[0]


def drawn(folder: Path, goemotions: int) -> Iterator[tuple[str, Row, str]]:
    """The rows that are trained on, each with the name of its set and its group."""
    for name in _READERS:
        file = folder / f"{name}.jsonl"
        if not file.is_file():
            continue
        one_in = _ONE_IN.get(name, 1)
        left = goemotions if name == "goemotions" else None
        for line in file.read_text("utf-8").splitlines():
            row = json.loads(line)
            group = group_of(row)
            if held_out(group) or left == 0 or _draw(str(row["id"])) % one_in:
                continue
            if left is not None:
                left -= 1
            yield name, row, group


def examples(folder: Path, maker: Maker, goemotions: int) -> Iterator[Example]:
    """Examples of all sets that are in the folder; `goemotions` comments at most."""
    for name, row, group in drawn(folder, goemotions):
        yield _READERS[name](row, group, maker)


def _sycon(row: Row, group: str, maker: Maker) -> Example:
    conceded = float(int(row["concedes_false"]))
    labels = Labels({"concedes_false": conceded, "stance.concede": conceded})
    return _example("sycon", row, group, maker, labels, belief=row["belief"])


def _spiral(row: Row, group: str, maker: Maker) -> Example:
    judged = " ".join(row.get("judged") or ())
    feeds = float("delusion" in judged)
    labels = Labels(
        {
            "self_claim": float("consciousness" in judged),
            "concedes_false": feeds,
            "stance.concede": feeds,
        }
    )
    return _example("spiral_bench", row, group, maker, labels)


def _sound(row: Row, group: str, maker: Maker) -> Example:
    source = "vera_mh" if "persona" in row else "counsel_chat"
    sound = dict(_MOSTLY_SOUND)
    if source == "counsel_chat":
        del sound["self_claim"]  # counsellors have lives to tell of
    return _example(source, row, group, maker, Labels(sound), weight=0.25)


def _goemotions(row: Row, group: str, maker: Maker) -> Example:
    named = {EMOTIONS[e] for e in row["emotions"] if e in EMOTIONS}
    known = {f"emotion.{e}": float(e in named) for e in set(EMOTIONS.values())}
    if row["emotions"] == ["neutral"]:
        known |= {name: 0.0 for name in MESSAGE_TEXT if name.startswith("emotion.")}
    message = maker.text(row["text"], "user", Labels(known))
    return Example(source="goemotions", group=group, message=message, weight=0.5)


def _example(
    source: str,
    row: Row,
    group: str,
    maker: Maker,
    labels: Labels,
    belief: str = "",
    weight: float = 1.0,
) -> Example:
    return Example(
        source=source,
        group=group,
        message=maker.text(row["user"], "user", Labels()),
        drafts=(maker.text(row["draft"], "draft", labels, _LONGEST.get(source, LONGEST)),),
        context=maker.context((m["role"], m["content"]) for m in row.get("context") or ()),
        belief=maker.belief(belief),
        weight=weight,
    )


_READERS: Mapping[str, Callable[[Row, str, Maker], Example]] = {
    "sycon": _sycon,
    "spiral_bench": _spiral,
    "vera_mh": _sound,
    "counsel_chat": _sound,
    "goemotions": _goemotions,
}
