"""What became of the tests of one run, and of the replies in it: names of tests and of fields, and
numbers. No text."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_MOST = 3  # differences of one reply that are named


@dataclass(slots=True)
class Outcomes:
    """One run. `test` is the one that runs at this moment; `different` are the tests in which a
    reply differed from what came, each with where."""

    test: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    different: list[tuple[str, str]] = field(default_factory=list)
    audited: int = 0
    rewritten: int = 0
    compared: int = 0

    def take(self, test: str, outcome: str) -> None:
        """What one phase of a test came to. It has passed if all have; of a test that is run again,
        the last run counts."""
        if self.outcomes.get(test) not in ("failed", "skipped"):
            self.outcomes[test] = outcome

    def differ(self, places: list[str]) -> None:
        """A reply of the test that runs was compared with what came."""
        self.compared += 1
        self.different += [(self.test, place) for place in places[:_MOST]]

    def of(self, outcome: str) -> frozenset[str]:
        """The tests that came to this."""
        return frozenset(test for test, one in self.outcomes.items() if one == outcome)

    def written(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "outcomes": self.outcomes,
            "refused": sorted(self.refused),
            "different": self.different,
            "audited": self.audited,
            "rewritten": self.rewritten,
            "compared": self.compared,
        }


def read(file: Path) -> Outcomes:
    """The outcomes that a run has written."""
    raw = json.loads(file.read_text())
    raw["refused"] = set(raw["refused"])
    raw["different"] = [(test, place) for test, place in raw["different"]]
    return Outcomes(**raw)
