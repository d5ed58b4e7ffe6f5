"""Redaction looks only where something can be: what it passes over would have held nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.redaction import TEXT
from guard.log.evidence import redacted_together
from guard.log.name_words import Words
from guard.log.personal_names import names
from guard.log.personal_patterns import RULES
from guard.log.personal_signs import Signs
from guard.log.redact import BETWEEN, find_personal, redact, redacted
from guard.report import Span
from guard.text.view import view

WRITTEN = [json.loads(line)["text"] for line in TEXT.read_text("utf-8").splitlines()]
# One text for each pattern, so that none is passed over for want of anything to find.
SHAPED = [
    "a@b.example", "anna at mail dot com", "https://x.example/y", "x.y-z.com", "foo.bar/baz",
    "4111 1111 1111 1111", "GB82 WEST 1234 5698 7654 32", "0197b2c4-0000-7000-8000-000000000001",
    "10.0.0.255", "fe80::1:2", "2024-01-02", "12.04.87", "the 3rd of May", "sep. 12, 1999",
    "March 2019", "born 1990", "+44 7700 900123", "(212) 555-0142", "078-05-1120", "123 456 7890",
    "123.456.789-09", "0171 1234567", "555-0142", "MRN 447 1920", "call me 555 01 42 99",
    "12 Elm Street, Apt 3", "Calle Mayor 12", "12 rue de la Paix", "Hauptstraße 5", "P.O. Box 12",
    "Reno, NV 89501", "SW1A 1AA", "zip 90210", "51.5074, -0.1278", "Apt 12b", "Elm Crescent",
    "St Mary School", "at lincoln high", "moved to Duluth", "93 years old", "she turned 101",
    "Hlavná 23, 040 01 Košice", "she lives at Jirón Puno 415", "his mother, 94, knows",
    "QQ 12 34 56 C", "registration is: ABC 1", "September., 2019", "postal code is: 12345",
    "Apartment. #12", "birth date is on 1.2", "plate AB12 CDE", "@some.one", "u/somebody",
    "sk-abcdefghijklmnop", "123456789", "AB1234567",
]  # fmt: skip
CUES = (
    "my name is", "name:", "Patient:", "I'm", "mr", "Dr.", "anna", "Anna", "O'Brien", "Will", "May",
    "my sister", "and", "said", "Love,", "-", "&", "the Smiths", "hello", "this is", "called",
    "Quillon", "Zork's", "[NAME]", "[REDACTED]", "im", "u", "NOOOO", "DON'T", "\u017fkype",
    "\u0130stanbul", "\u212aelvin", "n\u0435llo", "\u200b", "\n", "\n\n", "3", "2019", "of", "in",
)  # fmt: skip
PIECES = st.sampled_from([*CUES, *SHAPED])
TEXTS = (
    st.lists(PIECES, max_size=14).map(" ".join)
    | st.lists(PIECES, max_size=10).map("".join)
    | st.text(max_size=60)
    | st.sampled_from(WRITTEN)
)


def unfiltered(text: str) -> Iterator[tuple[str, bool]]:
    """Each pattern that finds something, and whether the text shows the signs of it."""
    signs = Signs.of(text)
    for kind, needs, pattern, holds in RULES:
        if any(holds is None or holds(match) for match in pattern.finditer(text)):
            yield f"{kind} {pattern.pattern}", needs(signs)


@given(text=TEXTS)
@example(text="the 3rd of \u017feptember")
def test_a_text_shows_the_signs_of_whatever_a_pattern_finds(text: str) -> None:
    for seen in (text, view(text).text):
        assert [name for name, shown in unfiltered(seen) if not shown] == []


def test_every_pattern_finds_something_in_what_is_tried() -> None:
    tried = {name for text in [*SHAPED, *WRITTEN] for name, _ in unfiltered(view(text).text)}

    assert len(tried) == len(RULES)


@given(text=TEXTS)
def test_names_are_the_same_where_every_word_is_looked_at(text: str) -> None:
    words = Words(view(text).text)

    assert names(words, words.telling()) == names(words, range(len(words)))


@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_the_view_of_several_texts_is_made_of_each(texts: list[str]) -> None:
    whole = view(BETWEEN.join(texts))

    assert whole.text == BETWEEN.join(view(text).text for text in texts)


@given(text=TEXTS)
def test_offsets_lead_to_what_was_found(text: str) -> None:
    done = redacted(text)

    assert done.text == redact(text)
    if not done.whole and done.passes:
        (first, *_), *later = done.passes
        if not later:
            start, end = done.place(first.start), done.place(first.end)
            assert start is not None
            assert end is not None
            assert done.text[start:end] == first.placeholder
            assert text[: first.start] == done.text[:start]
            for inside in range(first.start + 1, first.end):
                assert done.place(inside) is None


class TestEvidence:
    @given(user=TEXTS, draft=TEXTS, data=st.data())
    def test_it_shows_nothing_that_the_redacted_text_does_not(
        self, user: str, draft: str, data: st.DataObject
    ) -> None:
        start = data.draw(st.integers(0, len(draft)))
        end = data.draw(st.integers(start, len(draft)))

        kept = redacted_together((user, draft), [Span(source="draft", start=start, end=end)])

        (words,) = kept.evidence
        assert words is None or words in kept.texts[1]

    @given(user=TEXTS, draft=TEXTS)
    def test_the_whole_text_is_the_whole_redacted_text(self, user: str, draft: str) -> None:
        spans = [
            Span(source="user", start=0, end=len(user)),
            Span(source="draft", start=0, end=len(draft)),
            None,
        ]

        kept = redacted_together((user, draft), spans)

        assert kept.evidence == (*kept.texts, None) or "[REDACTED]" in kept.texts

    @pytest.mark.parametrize(
        ("words", "shown"),
        [
            ("I miss Pepper", "I miss [NAME]"),
            ("Pepper", "[NAME]"),
            ("Pep", None),
            (" so much", " so much"),
        ],
    )
    def test_a_span_that_cuts_a_name_shows_nothing(self, words: str, shown: str | None) -> None:
        user = "My dog Pepper died. I miss Pepper so much, call 555-0142."
        at = user.rindex(words)

        kept = redacted_together(
            (user, "Hugs."), [Span(source="user", start=at, end=at + len(words))]
        )

        assert kept.evidence == (shown,)

    def test_texts_that_hold_the_mark_between_texts_are_redacted_one_by_one(self) -> None:
        texts = (f"my sister Quillonia{BETWEEN}left", "Quillonia is far away, says Anna")

        kept = redacted_together(texts, [Span(source="draft", start=23, end=32)])

        assert kept.texts == (f"my sister [NAME]{BETWEEN}left", redact(texts[1]))
        assert kept.evidence == ("says [NAME]",)

    def test_a_redaction_of_ones_own_is_asked_for_the_same(self) -> None:
        def own(text: str) -> str:
            return text.replace("Pepper", "[PET]")

        kept = redacted_together(
            ("I miss Pepper so", "Hugs."), [Span(source="user", start=2, end=13)], own
        )

        assert kept.texts == ("I miss [PET] so", "Hugs.")
        assert kept.evidence == ("miss [PET]",)


@given(text=TEXTS)
def test_what_is_found_lies_within_the_text(text: str) -> None:
    assert all(0 <= one.start < one.end <= len(text) for one in find_personal(text))


def test_nothing_on_the_way_shows_its_text_when_it_is_printed() -> None:
    text = "my sister Quillonia lives at 12 Elm Street"
    words = Words(text)
    kept = redacted_together((text, "Hugs."), [Span(source="user", start=0, end=9)])

    for one in (Signs.of(text), redacted(text), words, words[2], kept):
        assert "Quillonia" not in repr(one)
        assert "sister" not in repr(one)
