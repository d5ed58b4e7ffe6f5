"""Where sentences start in the text of chats, letters and model replies."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.text.document import Documents
from guard.text.sentences import LONGEST, starts_of_sentences

TOKENS = st.lists(
    st.sampled_from(
        (
            *""". ! ? ... … , ; : - ( ) " ' * ** 1 1. 2) # > •""".split(),
            *"a and because word I :) <3 😭".split(),
            *(" ", "\n", "\n\n", "  "),
        )
    ),
    max_size=200,
)


@cache
def documents() -> Documents:
    return Documents({"user": (), "draft": ()})


def split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in documents().read(text, "user").sentences]


def numbered_words(count: int) -> str:
    return " ".join(f"word{n}" for n in range(count))


def test_full_stops_question_and_exclamation_marks_end_sentences() -> None:
    text = "He moved out. Did I push him? I did not!"

    assert split(text) == ["He moved out.", "Did I push him?", "I did not!"]


def test_no_capital_is_needed_after_an_end() -> None:
    text = "she lied again. i am done. what now"

    assert split(text) == ["she lied again.", "i am done.", "what now"]


def test_several_marks_are_one_end() -> None:
    text = "You said what?! No way!!! really"

    assert split(text) == ["You said what?!", "No way!!!", "really"]


def test_a_text_without_any_punctuation_is_one_sentence() -> None:
    text = "my landlord kept the deposit and i cant pay the new place"

    assert split(text) == [text]


def test_each_line_of_a_chat_message_is_a_sentence() -> None:
    text = "got fired today\nthey did it by email\ni feel sick"

    assert split(text) == ["got fired today", "they did it by email", "i feel sick"]


def test_hard_wrapped_prose_goes_on_in_the_next_line() -> None:
    text = (
        "When the surgeon came out he would not look at any of us, and I\n"
        "knew before he opened his mouth that she had not made it through\n"
        "the night. Nobody spoke."
    )

    assert split(text) == [text[: text.index(" Nobody")], "Nobody spoke."]


def test_a_blank_line_always_ends_a_sentence() -> None:
    text = "When the surgeon came out he would not look at any of us, and I\n\nknew what that meant"

    assert len(split(text)) == 2


def test_dots_after_a_few_words_end_a_sentence() -> None:
    text = "i miss her so much... the house is quiet"

    assert split(text) == ["i miss her so much...", "the house is quiet"]


def test_dots_after_a_hesitation_do_not() -> None:
    text = "well... she left me"

    assert split(text) == ["well... she left me"]


def test_the_single_character_for_dots_counts_as_dots() -> None:
    text = "i miss her so much… the house is quiet"

    assert split(text) == ["i miss her so much…", "the house is quiet"]


def test_emoji_end_a_sentence_and_belong_to_it() -> None:
    text = "my hamster died 😭😭 i buried him under the fig tree"

    assert split(text) == ["my hamster died 😭😭", "i buried him under the fig tree"]


def test_an_emoji_after_a_full_stop_belongs_to_the_sentence_before_it() -> None:
    text = "He was a good boy. 🐕 The garden is his."

    assert split(text) == ["He was a good boy. 🐕", "The garden is his."]


def test_a_closing_quote_or_bracket_belongs_to_its_sentence() -> None:
    text = 'He said "never again." (He lied.) I left.'

    assert split(text) == ['He said "never again."', "(He lied.)", "I left."]


def test_the_number_of_a_list_item_is_no_sentence() -> None:
    text = "1. Ring the clinic.\n2. Ask for Dr Osei.\n3) Sleep"

    assert split(text) == ["1. Ring the clinic.", "2. Ask for Dr Osei.", "3) Sleep"]


def test_bullets_are_sentences_of_their_own() -> None:
    text = "Things that help:\n- a walk\n- tea\n* my sister\n• sleep"

    assert split(text) == ["Things that help:", "- a walk", "- tea", "* my sister", "• sleep"]


def test_a_bullet_after_a_long_line_starts_a_sentence() -> None:
    text = "- keep a note of each time he comments on your weight in front of them\n- ask your aunt"

    assert len(split(text)) == 2


def test_markdown_headings_and_emphasis_are_kept_with_their_words() -> None:
    text = "## What happened\n\n**She read your diary.** That was yours."

    assert split(text) == ["## What happened", "**She read your diary.**", "That was yours."]


def test_a_decimal_number_or_a_title_does_not_end_a_sentence() -> None:
    text = "Dr. Osei said 3.5 percent. I laughed."

    assert split(text) == ["Dr. Osei said 3.5 percent.", "I laughed."]


def test_a_number_at_the_end_of_prose_ends_its_sentence() -> None:
    text = "I was born in 1990. It rained."

    assert split(text) == ["I was born in 1990.", "It rained."]


def test_an_abbreviation_of_a_country_does_not_end_a_sentence() -> None:
    text = "The U.S. visa was refused. I cried."

    assert split(text) == ["The U.S. visa was refused.", "I cried."]


def test_a_missing_space_after_a_full_stop_still_ends_the_sentence() -> None:
    text = "I'm fine.I'm not."

    assert split(text) == ["I'm fine.", "I'm not."]


def test_right_to_left_sentences_are_split() -> None:
    text = "אני עצוב. הוא הלך."

    assert split(text) == ["אני עצוב.", "הוא הלך."]


def test_full_width_marks_end_sentences() -> None:
    text = "Ｎｏ！ Ｗｈｙ？"

    assert split(text) == ["Ｎｏ！", "Ｗｈｙ？"]


@pytest.mark.parametrize("text", ["...", "!!!", "😭", "**", "?"])
def test_marks_without_words_are_one_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t \n"])
def test_white_space_has_no_sentence(text: str) -> None:
    assert split(text) == []


def test_a_long_ramble_is_cut_where_a_clause_starts() -> None:
    text = f"{numbered_words(50)} because {numbered_words(30)}"

    assert split(text) == [numbered_words(50), f"because {numbered_words(30)}"]


def test_a_long_ramble_is_cut_before_both_words_that_start_a_clause() -> None:
    text = f"{numbered_words(50)} and then {numbered_words(30)}"

    assert split(text) == [numbered_words(50), f"and then {numbered_words(30)}"]


def test_a_long_ramble_is_cut_after_a_comma() -> None:
    text = f"{numbered_words(50)}, {numbered_words(30)}"

    assert split(text) == [f"{numbered_words(50)},", numbered_words(30)]


def test_a_long_ramble_without_clauses_is_cut_at_the_longest() -> None:
    text = numbered_words(2 * LONGEST + 10)

    pieces = split(text)

    assert [len(piece.split()) for piece in pieces] == [LONGEST, LONGEST, 10]
    assert " ".join(pieces) == text


def test_a_sentence_of_just_the_longest_is_not_cut() -> None:
    text = numbered_words(LONGEST)

    assert split(text) == [text]


def test_no_tokens_have_no_sentence() -> None:
    assert starts_of_sentences([]) == []


@given(TOKENS)
def test_starts_are_places_of_tokens_in_order_and_the_first_is_the_first(texts: list[str]) -> None:
    starts = starts_of_sentences(texts)

    assert starts[:1] == ([0] if texts else [])
    assert starts == sorted(set(starts))
    assert all(0 <= start < len(texts) for start in starts)


@given(TOKENS)
def test_no_sentence_is_longer_than_the_longest(texts: list[str]) -> None:
    starts = starts_of_sentences(texts)

    lengths = [
        after - first for first, after in zip(starts, [*starts[1:], len(texts)], strict=False)
    ]

    assert all(length <= LONGEST for length in lengths)


@given(TOKENS)
def test_the_same_tokens_always_start_the_same_sentences(texts: list[str]) -> None:
    assert starts_of_sentences(texts) == starts_of_sentences(list(texts))


def test_a_quote_that_opens_a_sentence_is_not_left_behind() -> None:
    text = "It mattered to you. 'Worthless' is the pain. She said \"no.\" Then she left."

    assert split(text) == [
        "It mattered to you.",
        "'Worthless' is the pain.",
        'She said "no."',
        "Then she left.",
    ]
