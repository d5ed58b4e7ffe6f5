"""Delivery: how a draft reaches the person, where it doesn't go out at once and in full."""

from __future__ import annotations

from dataclasses import dataclass

from guard.report import Fault


@dataclass(frozen=True, slots=True)
class Delivery:
    """What whoever sends a draft knows beside its turn.

    Attributes:
        fault: why the draft can't be judged as a whole; the outcome is then `unknown`.
        released: the beginning of the draft, where it has gone out; what goes out goes on from it.
        gone: nobody is there anymore to send anything to: what was released is all there is.
        prevented: the packs' paragraph stood in the system prompt.
    """

    fault: Fault | None = None
    released: str = ""
    gone: bool = False
    prevented: bool = False


WHOLE = Delivery()
