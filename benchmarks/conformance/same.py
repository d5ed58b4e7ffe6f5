"""Whether two replies say the same, but for what a changed text takes with it: the log
probabilities and the annotations of its words, and where the deltas of a stream are cut."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

_OF_WORDS = {"logprobs", "annotations"}


def differences(came: bytes, went: bytes, *, changed: bool = True) -> list[str]:
    """Where they differ: names of fields, never what stands in them. A reply in which nothing was
    `changed` must be the same to the last byte."""
    if came == went:
        return []
    if not changed:
        return [f"{len(came)} bytes came, {len(went)} went, though nothing was rewritten"]
    before, after = _values(came), _values(went)
    if len(before) != len(after):
        return [f"{len(before)} events came, {len(after)} went"]
    left, right = _leaves(before), _leaves(after)
    return sorted(
        "/".join(filter(None, map(_named, place)))
        for place in left.keys() | right.keys()
        if left.get(place) != right.get(place)
    )


def _named(part: Any) -> str:
    """A key, an index, or what kind of object it is that both are in: its type and indices."""
    if not isinstance(part, tuple):
        return str(part)
    known = [str(one) for one in part if one is not None]
    return f"({', '.join(known)})" if known else ""


def _values(content: bytes) -> list[Any]:
    text = content.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    try:
        return [json.loads(text)]
    except ValueError:
        lines = (line[5:].strip() for line in text.split("\n") if line.startswith("data:"))
        return [json.loads(line) for line in lines if line.startswith("{")]


def _leaves(values: list[Any]) -> dict[tuple[Any, ...], str]:
    """By place, all that stands there in all events, one after the other."""
    found: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for value in values:
        for place, leaf in _walk(value, ()):
            found[place].append(leaf)
    return {place: "".join(leaves) for place, leaves in found.items()}


def _walk(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(value, dict):
        own = (value.get("type"), value.get("index"), value.get("output_index"))
        for key, inner in value.items():
            if key not in _OF_WORDS:
                yield from _walk(inner, (*place, own, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _walk(inner, (*place, i))
    else:
        yield place, value if isinstance(value, str) else json.dumps(value)
