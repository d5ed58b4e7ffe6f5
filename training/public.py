"""The public sets that may be trained on, as examples with the labels that they bear, and with
those that a reading by the codebook gave them (`readings.py`).

A quarter of each set, by person, question or stimulus, is never trained on: `held_out`. Nor is a
row whose message stands in one of the two sets that are labelled to the codebook.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from guard.models.labels import MESSAGE_TEXT
from guard.models.segments import LONGEST
from training.examples import Example, Labels, Maker
from training.readings import MessageReading, Read, readings

Row = Mapping[str, Any]
BY_CODEBOOK = ("draft_dev", "function_dev")
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
_SEEN = 320  # of a draft that was read, about what its reader saw
_READ = 0.5  # how much an example counts at least, whose message was read by the codebook
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


def judged(rows: Iterable[Row]) -> dict[str, Mapping[str, Any]]:
    """Spiral-Bench: for each reply that a judge marked, by its id, the spans.

    In the file as published, the spans that are listed with turn t of a conversation stand, word
    for word, in the reply that is listed as turn 2t+1.
    """
    found = {}
    for row in rows:
        conversation, turn = str(row["id"]).rsplit("-", 1)
        found[f"{conversation}-{2 * int(turn) + 1}"] = row["judged"]
    return found


def drawn(folder: Path, goemotions: int) -> Iterator[tuple[str, Row, str]]:
    """The rows that are trained on, each with the name of its set and its group."""
    kept = {row.get("user") for name in BY_CODEBOOK for row in rows_of(folder, name)}
    read = readings()
    for name in _READERS:
        one_in = _ONE_IN.get(name, 1)
        left = goemotions if name == "goemotions" else None
        rows = rows_of(folder, name)
        measured = judged(rows) if name == "spiral_bench" else {}
        for row in rows:
            group = group_of(row)
            if held_out(group) or row.get("user") in kept or row["id"] in measured:
                continue
            if (name, row["id"]) not in read:
                if left == 0 or _draw(str(row["id"])) % one_in:
                    continue
                left = None if left is None else left - 1
            yield name, row, group


def rows_of(folder: Path, name: str) -> list[Row]:
    """The rows of a set; none if it is not there."""
    file = folder / f"{name}.jsonl"
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def examples(folder: Path, maker: Maker, goemotions: int) -> Iterator[Example]:
    """Examples of all sets that are in the folder; beside what was read by the codebook, at most
    `goemotions` comments. A message that was read is there a second time, by itself."""
    read = readings()
    rows = list(drawn(folder, goemotions))
    messages = {
        _message(row): one.message
        for name, row, _ in rows
        if (one := read.get((name, row["id"]))) and one.message
    }
    for text, message in messages.items():
        alone = maker.text(text, "user", message.labels())
        yield Example(source="message", group=text, message=alone)
    for name, row, group in rows:
        example = _READERS[name](row, group, maker)
        yield _with(example, read.get((name, row["id"])), messages.get(_message(row)), row, maker)


def _message(row: Row) -> str:
    return str(row.get("user") or row.get("text"))


def _with(
    example: Example, read: Read | None, message: MessageReading | None, row: Row, maker: Maker
) -> Example:
    """An example with the labels of its reading in the place of those its set has."""
    if message is not None:
        text = maker.text(_message(row), "user", message.labels())
        example = replace(example, message=text, weight=max(example.weight, _READ))
    if read is not None and read.draft is not None:
        labels = Labels(read.draft.labels(message))
        draft = maker.text(row["draft"], "draft", labels, _SEEN)
        example = replace(example, drafts=(draft,), weight=1.0)
    return example


def _sycon(row: Row, group: str, maker: Maker) -> Example:
    conceded = float(int(row["concedes_false"]))
    labels = Labels({"concedes_false": conceded, "stance.concede": conceded})
    return _example("sycon", row, group, maker, labels, belief=row["belief"])


def _spiral(row: Row, group: str, maker: Maker) -> Example:
    return _example("spiral_bench", row, group, maker, Labels())


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
