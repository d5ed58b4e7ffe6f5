"""Canonical bytes are those of RFC 8785, and ids are UUIDv7 that sort by age."""

from __future__ import annotations

import json
import threading
import uuid
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from guard.log.canonical import canonical, extended, uuid7

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_the_bytes_are_those_of_rfc_8785(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(
    # A float beyond 2**53 is written as an integer that cannot be read back as one.
    st.dictionaries(TEXTS, st.floats(-1e15, 1e15) | st.integers(-9, 9) | TEXTS | st.none()),
    st.integers(0, 10**15 - 1),
    TEXTS,
)
def test_fields_added_later_give_the_same_bytes(value: dict[str, Any], seq: int, name: str) -> None:
    more = {"origin": name, "seq": seq}

    assert extended(canonical(value), more) == canonical(value | more)


@given(st.dictionaries(st.text('ab"\\\x00\x1f\x7f/\n\t\b', max_size=6), st.integers(0, 9)))
def test_what_must_be_escaped_is_escaped_as_there(value: dict[str, Any]) -> None:
    assert canonical(value) == rfc8785.dumps(value)
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53 + 1, "\ud800", -(2**60)])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical({"x": [value]})


def test_ids_sort_by_age_and_never_repeat_whatever_the_thread() -> None:
    made: list[list[str]] = []

    def make() -> None:
        made.append([uuid7() for _ in range(2000)])

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(ids == sorted(ids) for ids in made)
    assert len({one for ids in made for one in ids}) == 8000


def test_an_id_says_version_variant_and_time() -> None:
    import time

    before = time.time_ns() // 1_000_000
    made = uuid.UUID(uuid7())

    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert before - 1 <= made.int >> 80 <= time.time_ns() // 1_000_000 + 1
