"""Sentences taken out of a draft and put into it: what stays is verbatim and in order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from guard.repair.splice import spliced
from guard.text.document import Documents

DOCUMENTS = Documents({"draft": [], "user": []})
SENTENCE = st.sampled_from(
    [
        "Her cup stands there every morning.",
        "What did she drink from it?",
        "Call the office at 9:30 and ask for the form.",
        "That is a lot for one week!",
        "See https://example.org/help for the rest.",
        "- bring the payslips",
        "`make test` runs it.",
    ]
)
GAP = st.sampled_from([" ", "\n", "\n\n", "  "])


@given(st.lists(st.tuples(SENTENCE, GAP), min_size=1, max_size=7), st.data())
def test_what_stays_is_verbatim_and_in_order(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    document = DOCUMENTS.read("".join(s + gap for s, gap in parts).strip(), "draft")
    places = range(len(document.sentences))
    out = data.draw(st.sets(st.sampled_from(places)))

    left = spliced(document, out, "", 0, None)

    at = 0
    for i in places:
        if i not in out:
            one = document.text[document.sentences[i].start : document.sentences[i].end]
            found = left.find(one, at)
            assert found >= 0
            at = found + len(one)


@given(st.lists(st.tuples(SENTENCE, GAP), min_size=1, max_size=7), st.data())
def test_what_is_put_in_stands_there_once(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    document = DOCUMENTS.read("".join(s + gap for s, gap in parts).strip(), "draft")
    places = range(len(document.sentences))
    out = data.draw(st.sets(st.sampled_from(places)))
    at = data.draw(st.integers(0, len(document.sentences)))

    made = spliced(document, out, "You lost the house.", at, "What now, Ines?")

    assert made.count("You lost the house.") == 1
    assert made.endswith("What now, Ines?")


def test_paragraphs_stay_apart() -> None:
    document = DOCUMENTS.read("That hurts.\n\nDon't be sad!\n\nWho else was there?", "draft")

    assert spliced(document, [1], "", 1, None) == "That hurts.\n\nWho else was there?"


def test_what_follows_a_list_stands_by_itself() -> None:
    document = DOCUMENTS.read("Two things:\n- the form\n- the photo", "draft")

    made = spliced(document, [], "", 0, "Which comes first?")

    assert made == "Two things:\n- the form\n- the photo\n\nWhich comes first?"


def test_a_text_without_a_stop_gets_one() -> None:
    document = DOCUMENTS.read("so sorry my friend", "draft")

    assert spliced(document, [], "You miss her.", 1, None) == "so sorry my friend. You miss her."
