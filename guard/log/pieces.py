"""A piece of text that could tell who somebody is: its kind and its place. What the finders of
personal particulars give, and what redaction replaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

PersonalKind = Literal[
    "EMAIL", "URL", "PHONE", "CARD", "ID", "DATE", "AGE", "ADDRESS", "PLACE", "NAME"
]
KINDS: tuple[PersonalKind, ...] = get_args(PersonalKind)
WHOLE = "[REDACTED]"
PLACEHOLDER = re.compile(rf"\[(?:{'|'.join(KINDS)}|REDACTED)\]")


@dataclass(frozen=True, slots=True)
class PersonalPiece:
    """`text[start:end]` is an e-mail address, a name, ..."""

    kind: PersonalKind
    start: int
    end: int

    @property
    def placeholder(self) -> str:
        """What stands in its place."""
        return f"[{self.kind}]"


Finder = Callable[[str], Iterable[PersonalPiece]]
