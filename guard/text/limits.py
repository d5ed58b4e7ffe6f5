"""How much text one turn may hold. Past a limit the outcome is `unknown`, never `pass`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """Explicit, configurable bounds of one turn.

    Attributes:
        user_chars: longest user message that is read, in characters.
        draft_chars: longest draft that is audited, in characters.
        word_chars: longest run without white space; a longer one is no language we can read.
        sentences: most sentences in one text; bounds the time of an audit.
        context_messages: how many earlier messages are looked at, counted from the latest.
        context_chars: earlier messages longer than this are left out of the trajectory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    user_chars: int = Field(default=32_000, ge=1)
    draft_chars: int = Field(default=32_000, ge=1)
    word_chars: int = Field(default=1_000, ge=50)
    sentences: int = Field(default=800, ge=1)
    context_messages: int = Field(default=12, ge=0)
    context_chars: int = Field(default=8_000, ge=0)
