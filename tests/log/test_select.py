"""Moments as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.errors import InputError
from guard.log.select import moment

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "end", "when"),
    [
        ("2026-11-28", False, "2026-11-28T00:00:00.000000Z"),
        ("2026-11-28", True, "2026-11-29T00:00:00.000000Z"),
        ("2026-12-31", True, "2027-01-01T00:00:00.000000Z"),
        ("2026-11-28T09:30", True, "2026-11-28T09:30:00.000000Z"),
        ("2026-11-28T09:30+02:00", False, "2026-11-28T07:30:00.000000Z"),
        ("36h", False, "2026-11-27T00:00:00.000000Z"),
        ("7d", True, "2026-11-21T12:00:00.000000Z"),
        ("2w", False, "2026-11-14T12:00:00.000000Z"),
    ],
)
def test_a_moment_is_as_records_write_it(text: str, end: bool, when: str) -> None:
    assert moment(text, end=end, now=NOW) == when


@given(st.text(max_size=30))
def test_what_is_no_moment_is_said_and_nothing_else_is_raised(text: str) -> None:
    try:
        found = moment(text, now=NOW)
    except InputError:
        return

    assert datetime.fromisoformat(found).tzinfo is not None
