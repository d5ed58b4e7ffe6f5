"""JSON is changed where it is meant to be, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.clients.jsontext import at, edited, matches, pointer, strings

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES, st.booleans(), st.sampled_from([None, 2]), st.text(), st.data())
def test_one_text_changes_and_the_rest_stays(
    value: Any, ascii_only: bool, indent: int | None, new: str, data: st.DataObject
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    places = list(strings(value))
    if not places:
        assert edited(text, []) == text
        return
    place, old = data.draw(st.sampled_from(places))

    done = edited(text, [(place, new)])

    assert at(json.loads(done), place) == new
    assert json.loads(edited(done, [(place, old)])) == value
    same = edited(text, [(place, old)])
    assert json.loads(same) == value


def test_spacing_numbers_and_order_are_kept() -> None:
    text = '{ "b" : 1.50e3 ,"a":[ true , {"x" : "y"} ],\n"b2":-0 }'

    assert edited(text, [(("a", 1, "x"), "z")]) == text.replace('"y"', '"z"')


def test_a_place_that_is_missing_is_made() -> None:
    done = edited('{"a": 1}', [(("details",), {"reason": "r"}), (("a",), 2)])

    assert json.loads(done) == {"a": 2, "details": {"reason": "r"}}


def test_pointers_are_read_and_may_have_stars() -> None:
    assert pointer("/a~1b/~0/0") == ("a/b", "~", "0")
    assert matches(("steps", 3, "text"), pointer("/steps/*/text"))
    assert not matches(("steps", 3), pointer("/steps/*/text"))
    with pytest.raises(ValueError, match="slash"):
        pointer("answer")
