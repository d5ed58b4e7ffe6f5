"""Only text that is surely not English is another language; short talk gets the benefit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.text.language import other_language

# Every code point, lone surrogates too, and what cannot be seen more often than by chance.
CHARACTERS = st.characters(exclude_categories=()) | st.sampled_from("\u200b\u00ad\u0301\ud83d a")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ich bin heute sehr traurig, weil meine Katze gestorben ist.", "de"),
        ("Je suis tellement triste depuis que mon père est parti.", "fr"),
        ("Estoy muy triste porque mi perro murió ayer por la noche.", "es"),
        ("Sono molto triste perché il mio gatto è morto ieri sera.", "it"),
        ("Mijn hond is gisteren overleden en ik ben heel verdrietig.", "nl"),
        ("今日はとても悲しいです。犬が死にました。", "ja"),
    ],
)
def test_another_language_is_named(text: str, language: str) -> None:
    assert other_language(text) == language


@pytest.mark.parametrize(
    "text",
    [
        "我今天很难过",
        "Мне сегодня очень грустно",
        "أنا حزين جدا اليوم",
        "אני מאוד עצוב היום",
        "मैं बहुत दुखी हूँ",
    ],
)
def test_another_script_is_another_language_whether_or_not_it_can_be_named(text: str) -> None:
    assert other_language(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "My manager presented my slides as hers.",
        "ngl kinda sad",
        "he died",
        "im so done w ppl",
        "ok ok ok",
        "Heartbroken",
        "Grandma's funeral yesterday. Cried.",
        "Feeling devastated. Husband cheated. Divorce pending.",
        "Chronic migraine, day four",
        "Total disaster",
        "Karim betrayed Fatima",
        "fml",
        "suicidal thoughts",
        "kill myself",
    ],
)
def test_short_or_rough_english_is_english(text: str) -> None:
    assert other_language(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "My abuela used to say sana sana colita de rana and now she is gone.",
        "He wrote me Ich liebe dich and then he left.",
        "The word is грусть and I feel all of it.",
    ],
)
def test_english_that_quotes_another_language_is_english(text: str) -> None:
    assert other_language(text) is None


@pytest.mark.parametrize("text", ["", "   ", "123 456", "!!! :(", "😭😭", "2024-05-01 10:30"])
def test_a_text_without_letters_is_no_language(text: str) -> None:
    assert other_language(text) is None


def test_a_single_word_in_latin_letters_is_never_another_language() -> None:
    assert other_language("Schadenfreude") is None


def test_only_the_beginning_of_a_long_text_is_judged() -> None:
    text = "I think about her every day and I do not know why. " * 60 + "Ich bin traurig. " * 5

    assert other_language(text) is None


@given(st.text(CHARACTERS, max_size=80))
def test_any_text_gets_an_answer(text: str) -> None:
    answer = other_language(text)

    assert answer is None or (answer != "en" and answer.isalpha())
