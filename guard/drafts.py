"""Drafts in what a call gives back: found, and replaced by what may go out. Pure.

A result may be a text, a message, an object with texts at known or declared places, or a list of
pieces that were streamed. Texts of streamed pieces that belong together are one draft.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from guard.errors import InputError
from guard.places import Path, dotted, found, put

ReadText = Callable[[Any], str | None]
WriteText = Callable[[Any, str], Any]
Where = str | Sequence[str] | tuple[ReadText, WriteText] | None
"""Where a result has its text: a path, or several, or two callables, or None for what is usual."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where texts stand: at paths, or where `read` and `write` find them; both None: as usual."""

    paths: Sequence[Path] | None = None
    callables: tuple[ReadText, WriteText] | None = None


def places(where: Where) -> Places:
    """Places as a user says them.

    Raises:
        InputError: neither paths nor two callables.
    """
    if where is None:
        return Places()
    listed = [where] if isinstance(where, str) else list(where)
    if all(isinstance(one, str) for one in listed) and listed:
        return Places(paths=[dotted(one) for one in listed if isinstance(one, str)])
    if len(listed) == 2 and all(callable(one) for one in listed):
        read, write = cast("tuple[ReadText, WriteText]", tuple(listed))
        return Places(callables=(read, write))
    raise InputError("text must be a path with dots, a list of them, or (read, write)")


_MESSAGE = ("content", "refusal")
_WHOLE = [
    dotted(path)
    for path in (
        *_MESSAGE,
        "choices.*.message.content",
        "choices.*.message.refusal",
        "choices.*.text",
        "output.*.content.*.text",
        "output.*.content.*.refusal",
    )
]
_PIECE = [
    dotted(path)
    for path in (*_MESSAGE, "choices.*.delta.content", "choices.*.delta.refusal", "choices.*.text")
]
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


def drafts_in(items: Sequence[Any], where: Places, *, streamed: bool) -> Drafts:
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
        kind = type(items[0]).__name__
        raise InputError(f"there is no text at {_named(where)} in the {kind} that was returned")
    return {key: draft for key, draft in drafts.items() if draft.text or key == ()}


def with_replies(
    items: Sequence[Any], drafts: Drafts, replies: Mapping[Path, str], where: Places
) -> list[Any]:
    """The items, with what goes out in place of each draft; untouched ones are the very same.

    Of a draft in several pieces, the first has all of the new text, and the others none.
    """
    changed = list(items)
    for key, draft in drafts.items():
        if replies[key] != draft.text:
            for n, piece in enumerate(draft.pieces):
                text = "" if n else replies[key]
                changed[piece.item] = _written(changed[piece.item], piece, text, where)
    return changed


def flowing(items: Sequence[Any], before: Sequence[Any]) -> Iterator[Any]:
    """The items as a stream: a text that took the place of others comes a few words at a time."""
    for item, was in zip(items, before, strict=True):
        if item is was or not isinstance(item, str):
            yield item
        else:
            yield from pieces_of(item)


def pieces_of(text: str) -> list[str]:
    """A text in pieces of a few words; joined they are the text."""
    return _WORDS.findall(text)


def _pieces(
    i: int, item: Any, where: Places, streamed: bool
) -> Iterator[tuple[Path, Piece | None]]:
    if item is None:
        return
    if isinstance(item, str):
        yield (), Piece(i, (), item)
        return
    if where.callables:
        text = where.callables[0](item)
        yield ("read",), None if text is None else Piece(i, (), text)
        return
    usual = where.paths is None
    if isinstance(item, bytes | bytearray) or (usual and not is_answer(item)):
        raise InputError(
            f"what was returned is a {type(item).__name__}, which has no known place for text; "
            'say where it is: text="a.path" or text=(read, write)'
        )
    if usual:
        yield (), None
    for path in where.paths or (_PIECE if streamed else _WHOLE):
        for one in found(item, path):
            text, parts = _text(one.value, path)
            yield one.key, None if text is None else Piece(i, one.path, text, parts)


def _named(where: Places) -> str:
    return ", ".join(repr(".".join(path)) for path in where.paths or ()) or "the place declared"


def is_answer(item: Any) -> bool:
    """Whether this is an answer of a language model, of a kind whose texts are known."""
    return any(next(found(item, (name,)), None) is not None for name in _KNOWN_BY)


def _text(value: Any, path: Path) -> tuple[str | None, bool]:
    if value is None or isinstance(value, str):
        return value, False
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "\n\n".join(text for part in value if (text := _part(part))), True
    raise InputError(f"what stands at {'.'.join(path)!r} is a {type(value).__name__}, not a text")


def _part(part: Any) -> str | None:
    """The text of a part of a message's content; None for an image and the like."""
    if isinstance(part, str):
        return part
    name = _text_name(part)
    return None if name is None else next(found(part, (name,))).value


def _text_name(part: Any) -> str | None:
    for name in ("text", "refusal"):
        if any(isinstance(one.value, str) for one in found(part, (name,))):
            return name
    return None


def _written(item: Any, piece: Piece, text: str, where: Places) -> Any:
    if where.callables:
        return where.callables[1](item, text)
    if not piece.parts:
        return put(item, piece.path, text)
    before = next(found(item, piece.path)).value
    after: list[Any] = []
    for part in before:
        if _part(part) is None:
            after.append(part)
        elif text:
            name = _text_name(part)
            after.append(text if name is None else put(part, (name,), text))
            text = ""
    return put(item, piece.path, type(before)(after) if isinstance(before, tuple) else after)
