"""Steps: what a core asks of the transport that drives it. Cores do no I/O themselves.

A core is a generator. It yields steps, and is sent what each asks for: a chunk of the upstream's
body, or a report.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from guard.clients.drafts import Asked, Draft
from guard.delivery import Delivery
from guard.report import Report


@dataclass(frozen=True, slots=True)
class Need:
    """The next chunk of the body: bytes, None at its end, `BROKEN` if it broke off."""


@dataclass(frozen=True, slots=True)
class Emit:
    """These bytes go to the caller."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Probe:
    """A report on the beginning of a draft, which records nothing; None if it wasn't done in
    time."""

    asked: Asked
    draft: Draft


@dataclass(frozen=True, slots=True)
class Check:
    """A report on a draft, with the verdict carried out, and recorded."""

    asked: Asked
    draft: Draft
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Known:
    """A reply that will be fetched later, by its id, and what was asked."""

    key: str
    asked: Asked


@dataclass(frozen=True, slots=True)
class Done:
    """All drafts were checked: these are the reports, each with the reply it is about."""

    reports: tuple[tuple[int, Report], ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is needed: others on the same event loop may have a turn."""


class Broken:
    """Stands for the rest of a body that broke off."""


BROKEN = Broken()
NEED = Need()
PAUSE = Pause()
Step = Need | Emit | Probe | Check | Known | Done | Pause
Core = Generator[Step, Any, None]
