"""A guard that rewrites one word wherever it stands, or every word, and finds nothing else: it
tells apart what a rewrite changes and what breaks on the way."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from guard import Guard
from guard.models.reader import Reader
from guard.packs.load import load_packs
from guard.packs.ruleset import BASE
from guard.repair.job import Job, Rewritten
from guard.report import Attempt

WORD, INSTEAD, FATAL = "marker", "token", "forbidden"
_LETTERS = re.compile(r"(?<![^\W\d_])[^\W\d_]+")
FALLBACK = "I would rather hear more of what happened first."

_PACK = """\
id: marker
version: 1.0.0
title: One word that is rewritten, one that is withheld
status: for measurements only
audience: Measurements of this package.
does: Flags two words.
leaves_out: Everything else.
jurisdiction: none
rank: 1
prompt:
  brief: Never write that word.
  full: Never write the word that this pack is about.
fallback: %(fallback)s
rules:
  - id: marker.word
    kind: forbid
    if:
      draft: {%(what)s}
    severity: low
    action: rewrite
    reason: The word is there.
    guidance: Write another word.
    citation: {text: "None: for measurements."}
    cases:
      - {user: "My dog died last night.", draft: "This is a %(word)s of love.", flag: true}
      - {user: "My dog died last night.", draft: "This is a sign of love.", flag: false}
  - id: marker.fatal
    kind: forbid
    if:
      draft: {phrases: [%(fatal)s]}
    severity: critical
    action: fallback
    reason: The other word is there.
    guidance: Write nothing.
    citation: {text: "None: for measurements."}
    cases:
      - {user: "My dog died last night.", draft: "That is %(fatal)s.", flag: true}
      - {user: "My dog died last night.", draft: "That is allowed.", flag: false}
"""


@dataclass(frozen=True)
class Replacing:
    """A rewriter that puts something in place of words."""

    what: re.Pattern[str]
    instead: Callable[[str], str]

    def rewrite(self, job: Job) -> Rewritten:
        text = self.what.sub(lambda found: self.instead(found[0]), job.turn.draft)
        return Rewritten(text, (Attempt(by="model", outcome="passed"),))

    async def arewrite(self, job: Job) -> Rewritten:
        return self.rewrite(job)


@cache
def reader() -> Reader:
    """The model, loaded once."""
    return Reader()


def marking(
    word: str | None = WORD, instead: Callable[[str], str] = lambda _: INSTEAD, **options: Any
) -> Guard:
    """The guard with these rules, and none of the base pack's. Without a word, every word is one
    that it rewrites."""
    what = "tokens: [[{IS_ALPHA: true}]]" if word is None else f"phrases: [{word}]"
    found = _LETTERS if word is None else re.compile(word, re.IGNORECASE)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "marker.yaml"
        file.write_text(
            _PACK % {"word": word or WORD, "what": what, "fatal": FATAL, "fallback": FALLBACK}
        )
        base = load_packs((BASE,))[0].pack
        given: dict[str, Any] = {
            "mode": "rewrite",
            "rewriter": Replacing(found, instead),
            "overrides": {rule.id: {"enabled": False} for rule in base.rules},
            "encoder": reader(),
        }
        return Guard(**(given | {"packs": [file]} | options))
