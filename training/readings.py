"""Labels by the codebook for rows of the public sets: `readings.jsonl`, which holds none of their
text.

A row names a set and an id. What it says of the message is true of every row with that message;
evidence and beliefs are places in the message, start and end in characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

import numpy as np
from pydantic import Field

from guard.models.labels import FUNCTIONS, MESSAGE_TEXT
from guard.report import BeliefType, EmotionName, Function, RiskLevel, StanceName
from training.examples import Labels
from training.rows import Form

READINGS = Path(__file__).parent / "readings.jsonl"
Place = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]]


class ClaimAt(Form):
    """A belief that the reply could adopt, and where the message states it."""

    type: BeliefType
    false: bool
    at: Place


class MessageReading(Form):
    """What a message carries. `functions`: where each shows."""

    functions: dict[Function, Place] = Field(default_factory=dict)
    primary: Function | None = None
    emotions: tuple[EmotionName, ...] = ()
    intensity: Annotated[int, Field(ge=0, le=3)] = 0
    belief: ClaimAt | None = None
    risk: RiskLevel = "none"

    def labels(self) -> Labels:
        """Labels of the whole and of the places in it."""
        of_text = dict.fromkeys(MESSAGE_TEXT, 0.0)
        of_text |= {f"function.{name}": 1.0 for name in self.functions}
        for name in FUNCTIONS:
            of_text[f"primary.{name}"] = float(self.primary == name) if self.functions else np.nan
        of_text |= {f"emotion.{name}": 1.0 for name in self.emotions}
        of_text |= {f"intensity.{n}": float(self.intensity >= n) for n in (1, 2, 3)}
        of_text["risk.possible"] = float(self.risk != "none")
        of_text["risk.acute"] = float(self.risk == "acute")
        places: list[tuple[int, int, Mapping[str, float]]] = [
            (*at, {f"function.{name}": 1.0}) for name, at in self.functions.items()
        ]
        if self.belief:
            claimed = {
                f"belief.{self.belief.type}": 1.0,
                "belief.false": float(self.belief.false),
            }
            of_text |= claimed
            places.append((*self.belief.at, claimed))
        return Labels(of_text, places, 0.0)


class DraftReading(Form):
    """What a draft does with it."""

    kept: tuple[Function, ...] = ()
    stance: StanceName | Literal["na"] = "na"
    risk_handled: Literal["yes", "no", "na"] = "na"
    soothe_only: bool = False
    cold: bool = False
    concedes_false: bool = False
    false_contradiction: bool = False
    flip: bool = False
    self_claim: bool = False
    attachment: bool = False
    flag: bool = False

    def labels(self, message: MessageReading | None) -> dict[str, float]:
        """Labels of the whole draft; `kept` only of functions that the message carries."""
        found = {
            name: float(value)
            for name, value in self.model_dump().items()
            if isinstance(value, bool)
        }
        if self.risk_handled != "na":
            found["risk_handled"] = float(self.risk_handled == "yes")
        if self.stance != "na":
            found |= {f"stance.{name}": float(self.stance == name) for name in get_args(StanceName)}
        carried = message.functions if message else ()
        return found | {f"kept.{name}": float(name in self.kept) for name in carried}


class Read(Form):
    """One row of a public set, read."""

    set: str
    id: str
    message: MessageReading | None = None
    draft: DraftReading | None = None


def readings(file: Path = READINGS) -> dict[tuple[str, str], Read]:
    """All readings, by set and id.

    Raises:
        pydantic.ValidationError: a line does not have the form.
    """
    rows = [Read.model_validate_json(line) for line in file.read_text("utf-8").splitlines()]
    return {(row.set, row.id): row for row in rows}
