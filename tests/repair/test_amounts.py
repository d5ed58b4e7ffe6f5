"""Amounts: one form for the ways in which a number can be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.repair.amounts import amounts, doses, in_words, numbers, phones


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("two hundred and five people", {"205"}),
        ("twenty-one or twenty two", {"21", "22"}),
        ("two and three", {"2", "3"}),
        ("a hundred", {"100"}),
        ("three thousand two hundred", {"3200"}),
        ("two dozen", {"24"}),
        ("twice a week", {"2"}),
        ("fifteen five", {"15", "5"}),
        ("no one, and one of them", set()),
        ("someone often weighs tension", set()),
    ],
)
def test_numbers_in_words(text: str, found: set[str]) -> None:
    assert in_words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,609 metres", {("1609", "metre")}),
        ("$5.50 and 20 \u20ac", {("5.50", "dollar"), ("20", "euro")}),
        ("60% or 60 per cent", {("60", "percent")}),
        ("twenty-one days", {("21", "day")}),
        ("5 g, 10mg and 3 h", {("5", "g"), ("10", "mg"), ("3", "hour")}),
        ("in a minute, take an hour", set()),
        ("room 5, dayroom 6 hut", set()),
    ],
)
def test_numbers_with_units(text: str, found: set[tuple[str, str]]) -> None:
    assert amounts(text) == found


def test_a_tablet_is_a_dose_and_a_day_is_none() -> None:
    assert doses("a tablet a day, half a pill, 2 puffs") == {
        ("1", "tablet"), ("0.5", "tablet"), ("2", "puff"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("020 7946 0123", {"02079460123"}),
        ("+49 (0)30-1234567", {"490301234567"}),
        ("116 123", {"116123"}),
        ("14,500 or 1200.50", set()),
        ("1990-1995", set()),
    ],
)
def test_telephone_numbers(text: str, found: set[str]) -> None:
    assert phones(text) == found
    assert not numbers(text) & {"7946", "116"}


@given(st.integers(2, 999_999))
def test_a_number_is_read_back_however_it_is_grouped(number: int) -> None:
    assert numbers(f"{number:,} of them") == numbers(f"{number} of them")


@given(st.text(max_size=300))
def test_whatever_the_text_it_is_read(text: str) -> None:
    for read in (numbers, in_words, phones, amounts, doses):
        read(text)
