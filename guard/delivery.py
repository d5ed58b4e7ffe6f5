"""Delivery: how a draft reaches the person, where it doesn't go out at once and in full, and who
wrote it, where that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guard.report import Fault


@dataclass(frozen=True, slots=True)
class Drafter:
    """The model that wrote a draft, and how to ask it in the same way once more.

    Attributes:
        model: its name in the request.
        address: the base URL that the request went to.
        settings: fields of the request's body that hold for another request as well.
        connect: makes an HTTP client that sends over the same connections, with the same key and
            headers.
        sync: whether that client is.
    """

    model: str
    address: str
    settings: Mapping[str, Any] = field(repr=False)
    connect: Callable[[], Any] = field(repr=False)
    sync: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """What whoever sends a draft knows beside its turn.

    Attributes:
        fault: why the draft can't be judged as a whole; the outcome is then `unknown`.
        released: the beginning of the draft, where it has gone out; what goes out goes on from it.
        gone: nobody is there anymore to send anything to: what was released is all there is.
        prevented: the packs' paragraph stood in the system prompt.
        drafter: who wrote the draft.
    """

    fault: Fault | None = None
    released: str = ""
    gone: bool = False
    prevented: bool = False
    drafter: Drafter | None = field(default=None, compare=False)


WHOLE = Delivery()
