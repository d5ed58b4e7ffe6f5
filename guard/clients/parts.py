"""Parts: where, in one body or event of an API, text stands that a person may see.

A dialect is what one API's formats are read by: chat completions, responses, and so on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from guard.clients.drafts import Asked, Key, Kind
from guard.clients.jsontext import Pointer

Edit = tuple[Pointer, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """A text, or a part of one. `whole`: the text in full, be it for the first time or again.
    `clear`: what speaks of the text word by word, and no longer holds where that changes.
    `document`: at the place stands a JSON value, not a text of one."""

    key: Key
    choice: int
    kind: Kind
    place: Pointer
    text: str
    whole: bool = False
    clear: tuple[Edit, ...] = ()
    document: bool = False


@dataclass(frozen=True, slots=True)
class Finish:
    """Where a reply says how it ended, and what it says there if its text was withheld."""

    choice: int
    withheld: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What of a body or event matters. `last`: nothing of the reply follows. `failed`: it tells of
    an error. `key`: the id of the reply as a whole, by which it can be fetched."""

    pieces: tuple[Piece, ...] = ()
    finishes: tuple[Finish, ...] = ()
    last: bool = False
    failed: bool = False
    key: str = ""


NOTHING = Part()


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one API is read and written.

    Attributes:
        name: of the API.
        asked: what of a request matters.
        body: what of a reply's body matters.
        event: what of an event of a stream matters.
        instructed: the request with a paragraph added to its system prompt, or None if it has none.
        substitute: a whole reply, as body or as stream, that says this text and nothing else.
    """

    name: str
    asked: Callable[[Mapping[str, Any]], Asked]
    body: Callable[[Mapping[str, Any], Asked], Part]
    event: Callable[[Mapping[str, Any], Asked], Part]
    instructed: Callable[[Mapping[str, Any], str], Mapping[str, Any] | None]
    substitute: Callable[[Asked, str], bytes]
