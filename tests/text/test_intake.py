"""Which turns may be judged, and why the others may not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.text.intake import taken_in
from guard.text.limits import Limits
from guard.turn import Turn

# Every code point, lone surrogates too, and what cannot be seen more often than by chance.
CHARACTERS = st.characters(exclude_categories=()) | st.sampled_from("\u200b\u00ad\u0301\ud83d a")
CANARY = "marmalade"
USER = "My flatmate threw my letters away."
DRAFT = "What was in the letters?"
FRENCH = "Je suis tellement triste depuis que mon père est parti sans rien dire."


def refused(user: str = USER, draft: str = DRAFT, **limits: int) -> tuple[str, str] | None:
    return taken_in(Turn.of(user, draft), Limits(**limits)).refused


def test_an_ordinary_turn_may_be_judged() -> None:
    assert refused() is None


def test_a_turn_without_a_user_message_may_be_judged() -> None:
    assert refused(user="") is None


def test_a_user_message_over_its_limit_is_oversize() -> None:
    assert refused(user="so sad " * 10, user_chars=69) == (
        "oversize",
        "the user message has 70 characters, the limit is 69",
    )


def test_a_draft_over_its_limit_is_oversize() -> None:
    assert refused(draft="so sad " * 10, draft_chars=69) == (
        "oversize",
        "the draft has 70 characters, the limit is 69",
    )


def test_texts_of_just_the_limits_may_be_judged() -> None:
    text = "so sad " * 10

    assert refused(user=text, draft=text, user_chars=70, draft_chars=70) is None


@pytest.mark.parametrize("side", ["user", "draft"])
def test_an_endless_word_is_oversize(side: str) -> None:
    fault, detail = refused(**{side: "I said " + "nopqr" * 11}, word_chars=50) or ("", "")

    assert fault == "oversize"
    assert "over 50 characters" in detail


def test_a_word_of_just_the_limit_may_be_judged() -> None:
    assert refused(user="I said " + "n" * 50, word_chars=50) is None


def test_a_user_message_in_another_language_is_not_judged() -> None:
    assert refused(user=FRENCH) == (
        "unsupported_language",
        "the user message seems to be in 'fr'",
    )


def test_a_draft_in_another_language_is_not_judged() -> None:
    assert refused(draft=FRENCH) == ("unsupported_language", "the draft seems to be in 'fr'")


def test_english_in_full_width_letters_is_english() -> None:
    assert refused(user="Ｉ ｄｏｎ＇ｔ ｗａｎｔ ｔｏ ｂｅ ｈｅｒｅ") is None


def test_english_in_look_alike_letters_is_english() -> None:
    assert refused(user="I dоn't wаnt tо bе hеrе аnymоrе") is None


def test_a_text_of_another_script_is_not_judged() -> None:
    fault, _ = refused(user="אני מאוד עצוב היום כי החתול שלי מת") or ("", "")

    assert fault == "unsupported_language"


@pytest.mark.parametrize("draft", ["", "  ", "\n\n"])
def test_no_draft_is_an_empty_draft(draft: str) -> None:
    assert refused(draft=draft) == ("empty_draft", "")


@pytest.mark.parametrize("draft", ["\u200b", "\u200b \u2060", "\ufeff", "\u00ad\n"], ids=ascii)
def test_a_draft_of_invisible_characters_is_an_empty_draft(draft: str) -> None:
    assert refused(draft=draft) == ("empty_draft", "")


def test_an_oversize_message_is_oversize_even_without_a_draft() -> None:
    fault, _ = refused(user="so sad " * 10, draft="", user_chars=5) or ("", "")

    assert fault == "oversize"


@pytest.mark.parametrize(
    ("user", "limits"),
    [
        (f"{CANARY} " * 20, {"user_chars": 100}),
        (CANARY * 20, {"word_chars": 60}),
        (f"{CANARY} {FRENCH}", {}),
    ],
    ids=["too long", "endless word", "another language"],
)
def test_no_detail_quotes_the_text(user: str, limits: dict[str, int]) -> None:
    answer = refused(user=user, **limits)

    assert answer is not None
    assert CANARY not in answer[1]


@given(st.text(CHARACTERS, max_size=60), st.text(CHARACTERS, max_size=60))
def test_any_turn_gets_an_answer(user: str, draft: str) -> None:
    answer = refused(user=user, draft=draft)

    assert answer is None or answer[0] in {"oversize", "unsupported_language", "empty_draft"}


@pytest.mark.parametrize(
    "text", ["(" * 30_000, ("!" * 999 + " ") * 30, "x" * 32_000], ids=lambda text: text[:2]
)
def test_pathological_text_gets_an_answer(text: str) -> None:
    answer = refused(user=text, draft=text)

    assert answer is None or answer[0] == "oversize"
