"""Events of OpenAI's Responses API, as objects: their texts found, and replaced by what may go out.

A text comes in pieces, then whole, several times. What differs is audited each by itself, and one
text goes out in the place of all. Reasoning and calls of tools are not texts here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guard.places import Path, found, put
from guard.report import Report

Key = tuple[int, int]  # which output item, which part of its content
_SAID = ("output_text", "refusal")
_LEAVES = ("text", "refusal")
_PARTS = [("part",), ("item", "content", "*"), ("response", "output", "*", "content", "*")]
# What else tells of a text: its tokens, and offsets into it.
_ABOUT_TEXT = ("logprobs", "annotations")


async def audited_events(
    events: Sequence[Any], check: Callable[[str], Awaitable[Report]]
) -> list[Any]:
    """All events of a stream, with what may go out. Untouched ones are the very same."""
    instead: dict[Key, str] = {}
    for key, texts in _texts(events).items():
        for text in sorted(texts):
            report = await check(text)
            if report.reply.changed:
                instead[key] = report.reply.text
    return [*_with(events, instead)]


def of(value: Any, name: str) -> Any:
    """A field of a dict or an attribute of an object; None where there is none."""
    return next((one.value for one in found(value, (name,))), None)


@dataclass(frozen=True, slots=True)
class _Place:
    """A text in an event; `delta`: it is a piece of one."""

    key: Key
    path: Path
    text: str
    delta: bool = False


def _texts(events: Sequence[Any]) -> dict[Key, set[str]]:
    """The texts that the events tell, by where they stand: what came in pieces, and wholes."""
    pieces: dict[Key, list[str]] = {}
    wholes: dict[Key, set[str]] = {}
    for event in events:
        for place in _places(event):
            if place.delta:
                pieces.setdefault(place.key, []).append(place.text)
            else:
                wholes.setdefault(place.key, set()).add(place.text)
    for key, said in pieces.items():
        wholes.setdefault(key, set()).add("".join(said))
    return {key: texts - {""} for key, texts in wholes.items()}


def _places(event: Any) -> Iterator[_Place]:
    kind = str(of(event, "type")).split(".")
    at = (of(event, "output_index") or 0, of(event, "content_index") or 0)
    if kind[1:2] and kind[1] in _SAID:
        for name in ("delta", *_LEAVES):
            if isinstance(text := of(event, name), str):
                yield _Place(at, (name,), text, delta=name == "delta")
    for path in _PARTS:
        for part in found(event, path):
            if of(part.value, "type") not in _SAID:
                continue
            numbers = tuple(int(step) for step in part.path if step.isdigit())
            key = (*at[: 2 - len(numbers)], *numbers)
            for name in _LEAVES:
                if isinstance(text := of(part.value, name), str):
                    yield _Place((key[0], key[1]), (*part.path, name), text)


def _with(events: Sequence[Any], instead: Mapping[Key, str]) -> Iterator[Any]:
    """The events, with other texts; of pieces, the first has all of it."""
    begun: set[Key] = set()
    for event in events:
        key = (of(event, "output_index"), of(event, "content_index"))
        if key in instead and "annotation" in str(of(event, "type")):
            continue  # tells of words that are not there any more
        for place in _places(event):
            if place.key not in instead or not (place.text or place.delta):
                continue
            text = "" if place.delta and place.key in begun else instead[place.key]
            if place.delta:
                begun.add(place.key)
            event = put(event, place.path, text)
            for name in _ABOUT_TEXT:
                about = (*place.path[:-1], name)
                if any(one.value for one in found(event, about)):
                    event = put(event, about, [])
        yield event
