"""Drafts in what a call gives back: found, and replaced by what may go out. Pure.

A result may be a text, a message, an object with texts at known or declared places, or a list of
pieces that were streamed. Texts of streamed pieces that belong together are one draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guard.errors import InputError
from guard.places import Path, dotted, found, put

ReadText = Callable[[Any], str | None]
WriteText = Callable[[Any, str], Any]
Where = str | tuple[ReadText, WriteText] | None
"""Where a result has its text: a path, or two callables, or None for what is usual."""

_MESSAGE = ("content", "refusal")
_WHOLE = (
    *_MESSAGE, "choices.*.message.content", "choices.*.message.refusal", "choices.*.text",
    "output.*.content.*.text", "output.*.content.*.refusal",
)  # fmt: skip
_PIECE = (*_MESSAGE, "choices.*.delta.content", "choices.*.delta.refusal", "choices.*.text")
_KNOWN_BY = ("content", "choices", "output")  # what has one of these is an answer
_WORDS = re.compile(r"\s*\S+(?:\s+\S+){0,3}\s*|\s+")  # a few words at a time


@dataclass(frozen=True, slots=True)
class Piece:
    """A text of a draft: in which item it stands, and where in that."""

    item: int
    path: Path
    text: str
    parts: bool = False


@dataclass(frozen=True, slots=True)
class Draft:
    """One draft, in one piece or several."""

    pieces: list[Piece] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole."""
        return "".join(piece.text for piece in self.pieces)


Drafts = Mapping[Path, Draft]


def drafts_in(items: Sequence[Any], where: Where, *, streamed: bool) -> Drafts:
    """The drafts of a result (one item), or of what was streamed. Where there is no text, as in a
    message that only calls tools, there is none.

    Raises:
        InputError: an item is of a kind that has no known place for text, or nothing stands at the
            declared one. It must not go out then.
    """
    drafts: dict[Path, Draft] = {}
    seen = False
    for i, item in enumerate(items):
        for key, piece in _pieces(i, item, where, streamed):
            seen = True
            if piece is not None:
                drafts.setdefault(key, Draft()).pieces.append(piece)
    if items and not seen and not all(item is None for item in items):
        raise InputError(
            f"there is no text at {where!r} in the {type(items[0]).__name__} that was returned"
        )
    return {key: draft for key, draft in drafts.items() if draft.text or key == ()}


def with_replies(
    items: Sequence[Any], drafts: Drafts, replies: Mapping[Path, str], where: Where
) -> Iterator[Any]:
    """The items, with what goes out in place of each draft; untouched ones are the very same.

    A text that came in pieces goes out in pieces; of objects, the first has all of it.
    """
    changes: dict[int, list[tuple[Piece, str]]] = {}
    for key, draft in drafts.items():
        if replies[key] != draft.text:
            for n, piece in enumerate(draft.pieces):
                changes.setdefault(piece.item, []).append((piece, "" if n else replies[key]))
    for i, item in enumerate(items):
        if i not in changes:
            yield item
        elif isinstance(item, str):
            whole = changes[i][0][1]
            yield from pieces_of(whole) if len(items) > 1 else [whole]
        else:
            for piece, text in changes[i]:
                item = _written(item, piece, text, where)
            yield item


def pieces_of(text: str) -> list[str]:
    """A text in pieces of a few words; joined they are the text."""
    return _WORDS.findall(text)


def _pieces(i: int, item: Any, where: Where, streamed: bool) -> Iterator[tuple[Path, Piece | None]]:
    if item is None:
        return
    if isinstance(item, str):
        yield (), Piece(i, (), item)
    elif isinstance(where, tuple):
        text = where[0](item)
        yield ("read",), None if text is None else Piece(i, (), text)
    else:
        if isinstance(item, bytes | bytearray) or (where is None and not _is_answer(item)):
            raise InputError(
                f"what was returned is a {type(item).__name__}, which has no known place for text; "
                'say where it is: text="a.path" or text=(read, write)'
            )
        usual = _PIECE if streamed else _WHOLE
        if where is None:
            yield (), None
        for path in usual if where is None else (where,):
            for one in found(item, dotted(path)):
                text, parts = _text(one.value, path)
                yield one.key, None if text is None else Piece(i, one.path, text, parts)


def _is_answer(item: Any) -> bool:
    return any(next(found(item, (name,)), None) is not None for name in _KNOWN_BY)


def _text(value: Any, path: str) -> tuple[str | None, bool]:
    if value is None or isinstance(value, str):
        return value, False
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "\n\n".join(text for part in value if (text := _part(part))), True
    raise InputError(f"what stands at {path!r} is a {type(value).__name__}, not a text")


def _part(part: Any) -> str | None:
    """The text of a part of a message's content; None for an image and the like."""
    if isinstance(part, str):
        return part
    text = next((one.value for one in found(part, ("text",))), None)
    return text if isinstance(text, str) else None


def _written(item: Any, piece: Piece, text: str, where: Where) -> Any:
    if isinstance(where, tuple):
        return where[1](item, text)
    if not piece.parts:
        return put(item, piece.path, text)
    before = next(found(item, piece.path)).value
    after: list[Any] = []
    for part in before:
        if _part(part) is None:
            after.append(part)
        elif text:
            after.append(text if isinstance(part, str) else put(part, ("text",), text))
            text = ""
    return put(item, piece.path, type(before)(after) if isinstance(before, tuple) else after)
