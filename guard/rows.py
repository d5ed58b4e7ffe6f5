"""Turns from JSON Lines: one object a line, with the fields data sets are likely to have."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guard.errors import InputError
from guard.turn import Turn

USER_FIELDS = ("user", "question", "prompt", "input", "text")
DRAFT_FIELDS = ("draft", "answer", "reply", "response", "completion", "output")
LONGEST_LINE = 16_000_000


@dataclass(frozen=True, slots=True)
class Fields:
    """Which fields of a row hold the user's message and the draft; None: the usual names."""

    user: str | None = None
    draft: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A line that was read: its number, counted from 1, and its turn or what is wrong with it."""

    line: int
    id: str | None
    turn: Turn | None
    fault: str | None = None


def read_rows(lines: Iterable[str], fields: Fields | None = None) -> Iterator[Row]:
    """Turns of the lines, in order; empty lines are skipped, broken ones come with their fault."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parse_row(line)
            yield Row(number, _id(row), turn_of(row, fields or Fields()))
        except InputError as error:
            yield Row(number, None, None, str(error))


def turn_of(row: Mapping[str, Any], fields: Fields) -> Turn:
    """The turn of a row. Without a draft the turn is only read.

    Raises:
        InputError: no field holds a user message, or one has the wrong type.
    """
    if fields.user is None and row.get("messages") is not None:
        return Turn.from_dict(row)
    user = _field(row, fields.user, USER_FIELDS, "a user message", "--user-field")
    if user is None:
        raise InputError(
            f"no field holds a user message: expected 'messages' or one of "
            f"{', '.join(USER_FIELDS)}; name it with --user-field"
        )
    draft = _field(row, fields.draft, DRAFT_FIELDS, "a draft", "--draft-field")
    given = {"user": row[user], "draft": row[draft] if draft else None}
    return Turn.from_dict({**given, "context": row.get("context"), "beliefs": row.get("beliefs")})


def parse_row(line: str) -> Mapping[str, Any]:
    """Read one line.

    Raises:
        InputError: the line is too long, not JSON, or not an object; says where, quotes nothing.
    """
    if len(line) > LONGEST_LINE:
        raise InputError(f"longer than {LONGEST_LINE} characters")
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(
            f"not valid JSON ({error.msg}, column {error.colno}); expected one object a line"
        ) from None
    except RecursionError:
        raise InputError("not valid JSON (nested too deeply)") from None
    except ValueError as error:
        raise InputError(f"not valid JSON ({type(error).__name__})") from None
    if not isinstance(row, dict):
        raise InputError(f"must be a JSON object, not {type(row).__name__}")
    return row


def _field(
    row: Mapping[str, Any], named: str | None, usual: tuple[str, ...], what: str, option: str
) -> str | None:
    if named is not None:
        if named not in row:
            raise InputError(f"no field {named!r} for {what}; see {option}")
        return named
    return next((name for name in usual if row.get(name) is not None), None)


def _id(row: Mapping[str, Any]) -> str | None:
    given = row.get("id")
    return str(given) if isinstance(given, str | int) else None
