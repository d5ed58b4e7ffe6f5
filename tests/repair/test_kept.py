"""What a rewrite must keep of its draft, and what it must not add."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.repair.kept import Known, strayed
from guard.report import Span

DRAFT = (
    "I'm so sorry, Anna. Dr. Osei said 20 mg twice a day, and the next visit is on 3 May at 9:30. "
    "You can reach the ward on 020 7946 0018 or at ward@clinic.example.org, and "
    "https://clinic.example.org/plan has the plan. Don't worry, it will be fine!"
)
SAID = "My mother Ruth has been ill for 14 months and I am scared. See http://bad.example.com"


def reason(draft: str, candidate: str, known: Known | None = None) -> str | None:
    found = strayed(draft, candidate, known or Known(said=SAID))
    return found and f"{found.outcome}: {found.reason}"


def span(draft: str, words: str) -> Span:
    start = draft.index(words)
    return Span(source="draft", start=start, end=start + len(words))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Don't worry, it will be fine!", "What scares you most about Ruth's illness?"),
        ("Don't worry, it will be fine!", "14 months is long. What scares you most?"),
        ("Don't worry, it will be fine!", "Being scared for your mother makes sense."),
        ("9:30. ", "9:30.\n\n"),
    ],
)
def test_a_rewrite_of_what_was_found_is_let_pass(old: str, new: str) -> None:
    assert reason(DRAFT, DRAFT.replace(old, new)) is None


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("3 May", "May", "lost_content: a number"),
        ("3 May", "3 days on", "lost_content: a name"),
        ("Anna", "you", "lost_content: a name"),
        ("Dr. Osei", "The doctor", "lost_content: a name"),
        ("20 mg", "some", "lost_content: a number"),
        ("20 mg", "20 ml", "lost_content: a dose"),
        ("9:30", "9.30", "lost_content: a number"),
        ("ward@clinic.example.org", "mail", "lost_content: a link"),
        ("https://clinic.example.org/plan", "a page", "lost_content: a link"),
        ("Don't worry", "See www.other.example. Don't worry", "worse: a link"),
        ("Don't worry", "See http://bad.example.com. Don't worry", "worse: a link"),
        ("Don't worry", "Write to me@bad.example.com. Don't worry", "worse: a link"),
        ("Don't worry", "![](data:image/png;base64,AAAA) Don't worry", "worse: a link"),
        ("Don't worry", "Call 0800 111 222. Don't worry", "worse: a telephone number"),
        ("Don't worry", "Take 5 mg more. Don't worry", "worse: a dose"),
        ("Don't worry", "Take two tablets. Don't worry", "worse: a dose"),
        ("Don't worry", "In 80% of cases it is. Don't worry", "worse: a number"),
        ("Don't worry", "Ask Professor Lindqvist. Don't worry", "worse: a name"),
        ("Don't worry", "<b>Now</b> don't worry", "worse: markup"),
        ("Don't worry", "Call a crisis line. Don't worry", "worse: it points to emergency help"),
        ("Don't", "\u200b\u202eDon't", "malformed: control or hidden"),
        ("Don't", "\x1b[31mDon't", "malformed: control or hidden"),
        ("I'm", "Here is the rewritten reply: I'm", "malformed: it speaks about being a rewrite"),
        ("fine!", "fine! " + "fine and good again. " * 40, "malformed: much longer"),
    ],
)
def test_what_is_lost_or_put_in_is_named_by_its_kind(old: str, new: str, what: str) -> None:
    found = reason(DRAFT, DRAFT.replace(old, new))

    assert found is not None
    assert found.startswith(what)


def test_a_word_of_a_thousand_letters_is_none() -> None:
    long = "Have a look at the list of things to bring. " * 30

    assert reason(long, long + "a" * 1000) == "malformed: a word that is none"
    assert reason(long + "a" * 999, long + "a" * 999) is None


def test_a_candidate_that_is_but_a_fraction_is_none() -> None:
    draft = "The form asks for your name. The office is open in the morning. Bring the letter too."

    assert reason(draft, "Bring the letter.") == (
        "lost_content: much shorter than what was to stay"
    )


def test_what_was_found_need_not_stay() -> None:
    draft = "The form asks for your name. " + "Don't worry, it will all be fine in the end. " * 4
    filler = span(draft, draft[29:])

    assert reason(draft, "The form asks for your name.", Known(found=(filler,))) is None


def test_facts_in_a_false_sentence_may_go_links_and_help_never() -> None:
    draft = "You're right, 9 in 10 people hate you, Anna says so. Call 988 or see help.example.org."
    known = Known(false=(span(draft, draft[:52]),), danger=True)

    kept = "I can't see that people hate you. Call 988 or see help.example.org. What happened?"

    assert reason(draft, kept, known) is None
    assert reason(draft, kept.replace("988", "someone"), known) == (
        "lost_content: where to get help of the draft is gone"
    )
    assert reason(draft, kept, Known(danger=True)) == "lost_content: a number of the draft is gone"


@pytest.mark.parametrize("spelling", ["two weeks", "2 weeks"])
def test_a_number_may_be_spelled_out(spelling: str) -> None:
    assert (
        reason("Take it for two weeks, then stop.", f"Take it for {spelling}, then stop.") is None
    )


def test_code_and_lists_stay() -> None:
    draft = "Run this:\n\n```sh\nmake test\n```\n\n- look at `log.txt`\n- try again\n\nStay strong!"

    assert reason(draft, draft.replace("Stay strong!", "What does it say?")) is None
    assert reason(draft, draft.replace("make test", "make  test")) == (
        "lost_content: code of the draft is gone"
    )
    assert reason(draft, draft.replace("`log.txt`", "log.txt")) == (
        "lost_content: code of the draft is gone"
    )
    assert reason(draft, draft.replace("- try again\n", "")) == (
        "lost_content: items of a list are gone"
    )


def test_what_the_packs_give_may_be_used() -> None:
    known = Known(
        given="Call 988, or see https://help.example.org. Source: Smith 2020", danger=True
    )
    draft = "Don't think about it, you'll be okay!"

    assert (
        reason(draft, "Are you safe now? Call 988 or see https://help.example.org.", known) is None
    )
    assert reason(draft, "Are you safe now? Call 989.", known) == "worse: a number was put in"


def test_another_language_is_noticed() -> None:
    german = (
        "Das tut mir sehr leid, und ich verstehe, dass du gerade nicht weiter weißt. Was ist los?"
    )

    assert reason("I'm so sorry, don't worry about it, all will be well.", german) == (
        "worse: it is in another language"
    )


words = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


@given(words)
def test_a_text_always_keeps_what_it_says_itself(text: str) -> None:
    found = strayed(text, text, Known())

    assert found is None or found.outcome == "empty"


@given(words, words, words)
def test_no_text_makes_it_fail_and_no_reason_quotes_one(a: str, b: str, said: str) -> None:
    found = strayed(a, b, Known(said=said, found=(Span(source="draft", start=0, end=len(a)),)))

    assert found is None or found.reason.isascii()


@given(
    st.lists(st.sampled_from(["988", "116 123", "Samaritans", "a crisis line", "A&E"]), min_size=1)
)
def test_where_to_get_help_is_never_lost(places: list[str]) -> None:
    draft = f"Stay strong. You can call {', '.join(places)}."
    everything = Span(source="draft", start=0, end=len(draft))
    known = Known(danger=True, found=(everything,), false=(everything,))

    assert strayed(draft, draft.replace("Stay strong", "What happened"), known) is None
    assert strayed(draft, "What happened? You can call somebody.", known) is not None
