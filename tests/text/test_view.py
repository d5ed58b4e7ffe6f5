"""The readable view: what is folded, spelt out and shortened, and where its offsets lead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.text.view import view

# Plain words of which none is a chat spelling, with no character four times in a row.
PLAIN_WORDS = st.sampled_from(
    "the kettle boiled dry and nobody noticed, again. Why? (Monday) 42 is my bus; I'm late!".split()
)
PLAIN = st.lists(PLAIN_WORDS, max_size=30).map(" ".join)
CHAT_PIECES = (
    "im idk kms ur u nooooo !!!!!! 😭😭😭😭 don’t … k\u200bill ｓａｄ wаnt e\u0301 ❤️ ﷺ ½ \u202e "
    "word --------------------------------------------------"
).split(" ")
CHAT = st.lists(st.sampled_from([*CHAT_PIECES, "\n", "\r\n"]), max_size=30).map(" ".join)
# Every code point, lone surrogates too, and what cannot be seen more often than by chance.
CHARACTERS = st.characters(exclude_categories=()) | st.sampled_from("\u200b\u00ad\u0301\ud83d a")
ANY_TEXT = st.text(CHARACTERS, max_size=60) | CHAT


def stood_for(text: str, words: str) -> str:
    """The piece of the caller's text that `words` of its view stand for."""
    seen = view(text)
    start = seen.text.index(words)
    first, after = seen.original(start, start + len(words))
    return text[first:after]


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\U000e0061", "\ufe0f"],
    ids=ascii,
)
def test_an_invisible_character_inside_a_word_does_not_hide_it(hidden: str) -> None:
    text = f"I feel wor{hidden}thless today"

    seen = view(text)

    assert seen.text == "I feel worthless today"
    assert stood_for(text, "worthless") == f"wor{hidden}thless"


def test_a_zero_width_space_between_all_letters_does_not_hide_a_word() -> None:
    text = "\u200b".join("so lonely")

    assert view(text).text == "so lonely"


@pytest.mark.parametrize(
    "text",
    [
        "ｌｏｎｅｌｙ",
        "𝐥𝐨𝐧𝐞𝐥𝐲",
        "𝓵𝓸𝓷𝓮𝓵𝔂",
        "ⓛⓞⓝⓔⓛⓨ",
        "l̶o̶n̶e̶l̶y̶",
        "l\u0301o\u0301nely",
        "lоnеly",
        "lοnely",
    ],
    ids=ascii,
)
def test_a_word_in_another_guise_is_read_as_the_word(text: str) -> None:
    assert view(text).text == "lonely"


def test_full_width_punctuation_ends_a_sentence_like_any_other() -> None:
    assert view("Ｎｏ！ Ｗｈｙ？").text == "No! Why?"


def test_a_whole_word_of_another_script_keeps_its_letters() -> None:
    assert view("мама said дом").text == "мама said дом"


def test_precomposed_letters_keep_their_accents() -> None:
    assert view("café naïve Zoë").text == "café naïve Zoë"


def test_right_to_left_text_keeps_its_letters() -> None:
    assert view("שלום \u200fעולם").text == "שלום עולם"


def test_typographic_quotes_and_dashes_become_plain() -> None:
    assert view("She’s “fine” — he said ‘no’").text == "She's \"fine\" - he said 'no'"


@pytest.mark.parametrize("apostrophe", ["'", "’", "‘", "ʼ", "`", "´", "′", "＇"], ids=ascii)
def test_whatever_is_typed_for_an_apostrophe_is_read_as_one(apostrophe: str) -> None:
    assert view(f"I don{apostrophe}t know").text == "I don't know"


def test_line_separators_become_line_breaks() -> None:
    assert view("one\u2028two\u2029three\x0bfour").text == "one\ntwo\nthree\nfour"


def test_a_carriage_return_before_a_line_break_leaves_one_line_break() -> None:
    assert view("one\r\ntwo").text.count("\n") == 1


def test_control_characters_separate_words() -> None:
    assert view("one\x00two").text == "one two"


def test_a_lone_surrogate_is_dropped() -> None:
    assert view("a\ud83db").text == "ab"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("nooooooo", "nooo"),
        ("why!!!!!!!!!", "why!!!"),
        ("😭😭😭😭😭 ok", "😭😭😭 ok"),
        ("sooo sad", "sooo sad"),
        ("-" * 80 + " end", "--- end"),
        ("=-" * 60 + " end", "=-= end"),
    ],
)
def test_a_long_run_is_read_as_three_characters(text: str, read: str) -> None:
    assert view(text).text == read


def test_digits_and_white_space_are_never_shortened() -> None:
    text = "call 1000000 times\n\n\n\n\n\nor 5555555"

    assert view(text).text == text


def test_a_span_of_a_shortened_run_covers_all_of_it() -> None:
    assert stood_for("that huuuuuuurts!!!!!!!!", "huuurts!!!") == "huuuuuuurts!!!!!!!!"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("im so tired", "i'm so tired"),
        ("IDK anymore", "i don't know anymore"),
        ("why r u like this", "why are you like this"),
        ("kms rn", "kill myself right now"),
        ("thats what ppl said", "that's what people said"),
        ("u?", "you?"),
        ("I miss u.", "I miss you."),
    ],
)
def test_chat_spellings_are_read_as_the_words_meant(text: str, read: str) -> None:
    assert view(text).text == read


@pytest.mark.parametrize(
    "text",
    [
        "@u",
        "#im",
        "/r/cats",
        "r/cats",
        "example.ur",
        "you're",
        "bcc",
        "time",
        "AT&T u2",
        "U2",
        "b@r",
    ],
)
def test_what_only_looks_like_a_chat_spelling_is_left_alone(text: str) -> None:
    assert view(text).text == text


@pytest.mark.parametrize("text", ["the U.S. army", "R.I.P. grandpa", "r.i.p.", "the U.K. visa"])
def test_letters_of_an_abbreviation_are_no_chat_spelling(text: str) -> None:
    assert view(text).text == text


def test_a_span_of_spelt_out_words_covers_the_spelling() -> None:
    assert stood_for("today kms ok", "kill myself") == "kms"


def test_a_span_of_one_of_the_words_meant_covers_all_of_the_spelling() -> None:
    assert stood_for("today kms ok", "kill") == "kms"


def test_a_span_after_folded_characters_is_still_verbatim() -> None:
    text = "idk… 😭😭😭😭😭 ﬁne, my ｄｏｇ died"

    assert stood_for(text, "my dog died") == "my ｄｏｇ died"


def test_one_character_expands_to_four_at_most() -> None:
    assert len(view("\ufdfa").text) <= 4


def test_the_empty_text_has_an_empty_view() -> None:
    assert view("").text == ""


@given(PLAIN)
def test_plain_text_is_its_own_view(text: str) -> None:
    seen = view(text)

    assert seen.text == text
    assert seen.starts is None
    assert seen.ends is None


@given(ANY_TEXT)
def test_each_character_of_a_view_stands_for_one_of_the_callers_text_in_order(text: str) -> None:
    seen = view(text)

    places = [seen.original(i, i + 1) for i in range(len(seen.text))]

    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)


@given(ANY_TEXT, st.data())
def test_a_piece_of_a_view_comes_from_a_piece_of_the_callers_text(
    text: str, data: st.DataObject
) -> None:
    seen = view(text)
    start = data.draw(st.integers(0, len(seen.text)))
    end = data.draw(st.integers(start, len(seen.text)))

    first, after = seen.original(start, end) if start < end else (0, 0)

    assert 0 <= first <= after <= len(text)
    assert start == end or first < after


@given(ANY_TEXT)
def test_a_view_can_be_encoded(text: str) -> None:
    seen = view(text)

    assert seen.text.encode("utf-8").decode("utf-8") == seen.text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 30_000,
        "! " * 15_000,
        ("!" * 999 + " ") * 30,
        "a" * 30_000,
        "ab" * 15_000,
        "kms " * 8_000,
        "\u200b" * 30_000,
        "\u0301" * 30_000,
        "😭" * 30_000,
        "\ufdfa" * 30_000,
    ],
    ids=lambda text: ascii(text[:2]),
)
def test_pathological_text_still_has_a_view(text: str) -> None:
    seen = view(text)

    assert len(seen.text) <= 4 * len(text)


@pytest.mark.parametrize("text", ["\u0130m here, idk", "\u0131dk, im fine"])
def test_a_turkish_i_is_no_chat_spelling_and_no_error(text: str) -> None:
    seen = view(text)

    assert ("i don't know" in seen.text) == ("idk" in text)
    assert text[0] in seen.text
