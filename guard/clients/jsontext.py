"""JSON text changed in single places, all other characters staying as they were.

`edited` puts new values where JSON pointers lead; `strings` finds all texts of a document. Nothing
here knows what the documents mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

Pointer = tuple[str | int, ...]
"""A place in a document: keys of objects and indices of arrays, from the outside in."""

ANY = "*"
"""In a pointer that users write, any index or key."""

_BLANK = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^\s,\]}]+")


def pointer(text: str) -> Pointer:
    """A JSON pointer (RFC 6901) as users write it; `*` stands for any index or key.

    Raises:
        ValueError: it neither is empty nor starts with a slash.
    """
    if text and not text.startswith("/"):
        raise ValueError(f"a JSON pointer starts with a slash, as in /answer/text, not {text!r}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:])


def matches(place: Pointer, wanted: Pointer) -> bool:
    """Whether a place is one that a pointer of a user's means."""
    return len(place) == len(wanted) and all(
        part in (ANY, str(at)) for at, part in zip(place, wanted, strict=True)
    )


def strings(value: Any, place: Pointer = ()) -> Iterator[tuple[Pointer, str]]:
    """All texts in a document, in its order; keys of objects are not among them."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from strings(inner, (*place, key))
    elif isinstance(value, Sequence):
        for i, inner in enumerate(value):
            yield from strings(inner, (*place, i))


def at(value: Any, place: Pointer) -> Any:
    """What stands at a place; None where there is none."""
    for part in place:
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def edited(text: str, edits: Iterable[tuple[Pointer, Any]]) -> str:
    """The document with these values in these places.

    A place that is not there is made, which costs the document its own spacing.

    Raises:
        ValueError: the text is no JSON.
    """
    wanted = dict(edits)
    spans = dict(_spans(text, set(wanted)))
    ascii_only = text.isascii()
    cuts = sorted(
        (span, json.dumps(wanted[place], ensure_ascii=ascii_only)) for place, span in spans.items()
    )
    out, end = [], 0
    for (start, stop), value in cuts:
        out += [text[end:start], value]
        end = stop
    done = "".join([*out, text[end:]])
    if len(cuts) == len(wanted):
        return done
    document = json.loads(done)
    for place in wanted.keys() - spans.keys():
        _put(document, place, wanted[place])
    return json.dumps(document, ensure_ascii=ascii_only)


def _put(document: Any, place: Pointer, value: Any) -> None:
    for part in place[:-1]:
        document = document.setdefault(part, {}) if isinstance(document, dict) else document[part]
    document[place[-1]] = value


def _spans(text: str, wanted: set[Pointer]) -> Iterator[tuple[Pointer, tuple[int, int]]]:
    """Where the values of these places stand in the text; the last, where a key is there twice, as
    parsers have it."""
    found: dict[Pointer, tuple[int, int]] = {}
    onward = {place[:i] for place in wanted for i in range(len(place))}
    _walk(text, _blank(text, 0), (), wanted, onward, found)
    return iter(found.items())


def _walk(
    text: str,
    start: int,
    place: Pointer,
    wanted: set[Pointer],
    onward: set[Pointer],
    found: dict[Pointer, tuple[int, int]],
) -> int:
    """Walk over the value that starts here; where it ends."""
    opening = text[start : start + 1]
    if opening not in ("{", "[") or place not in onward:
        end = _end(text, start)
    else:
        end = _blank(text, start + 1)
        i = 0
        while text[end] not in "}]":
            part: str | int = i
            if opening == "{":
                part, end = scanstring(text, end + 1)
                end = _blank(text, _blank(text, end) + 1)
            end = _blank(text, _walk(text, end, (*place, part), wanted, onward, found))
            if text[end] == ",":
                end = _blank(text, end + 1)
            i += 1
        end += 1
    if place in wanted:
        found[place] = (start, end)
    return end


def _end(text: str, start: int) -> int:
    """Where the value that starts here ends."""
    if text[start : start + 1] == '"':
        ended: int = scanstring(text, start + 1)[1]
        return ended
    if text[start : start + 1] in ("{", "["):
        return json.JSONDecoder(strict=False).raw_decode(text, start)[1]
    scalar = _SCALAR.match(text, start)
    if scalar is None:
        raise ValueError(f"no JSON value at position {start}")
    return scalar.end()


def _blank(text: str, start: int) -> int:
    blank = _BLANK.match(text, start)
    return blank.end() if blank else start
