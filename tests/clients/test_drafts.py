"""What of a reply is a draft, and how a new text gets back into its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guard import Guard, Report
from guard.clients.drafts import Asked, Draft, Slot, drafts_of, written
from guard.report import Reply


@pytest.fixture(scope="module")
def report(guard_: Guard) -> Report:
    return guard_.audit(user="My dog died last night.", draft="He was yours.")


def changed(report: Report, text: str) -> Report:
    reply = Reply(text=text, action="rewrite", changed=True)
    return report.model_copy(update={"reply": reply})


SCHEMA: dict[str, Any] = {
    "$defs": {"Step": {"properties": {"text": {"type": "string", "maxLength": 12}}}},
    "properties": {
        "kind": {"enum": ["one of these kinds", "another one of these"]},
        "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}},
        "note": {"anyOf": [{"type": "null"}, {"type": "string"}]},
    },
}
DOCUMENT = json.dumps(
    {"kind": "one of these kinds", "steps": [{"text": "breathe in slowly"}], "note": "a few words"}
)


def test_texts_of_one_reply_are_one_draft_and_asides_their_own() -> None:
    slots = [
        Slot((0,), 0, "text", "One."),
        Slot((1,), 0, "aside", "Why."),
        Slot((2,), 0, "text", "Two."),
    ]

    drafts = drafts_of(slots, Asked())

    assert [draft.text for draft in drafts] == ["Why.", "One.\n\nTwo."]


def test_empty_texts_are_no_drafts() -> None:
    assert drafts_of([Slot((0,), 0, "text", " \n")], Asked()) == ()


def test_prose_in_a_document_is_audited_and_what_its_schema_fixes_is_not() -> None:
    asked = Asked(document=True, schema=SCHEMA)

    drafts = drafts_of([Slot((0,), 0, "json", DOCUMENT)], asked)

    assert [draft.place for draft in drafts] == [("steps", 0, "text"), ("note",)]


def test_named_fields_are_audited_and_no_others() -> None:
    asked = Asked(document=True, fields=(("note",),))

    drafts = drafts_of([Slot((0,), 0, "json", DOCUMENT)], asked)

    assert [draft.text for draft in drafts] == ["a few words"]


def test_a_document_that_is_none_is_read_as_text() -> None:
    drafts = drafts_of([Slot((0,), 0, "json", '{"cut off')], Asked(document=True))

    assert drafts[0].place is None


def test_a_new_text_fits_the_schema(report: Report) -> None:
    slot = Slot((0,), 0, "json", DOCUMENT)
    drafts = drafts_of([slot], Asked(document=True, schema=SCHEMA))

    new = written([(drafts[0], changed(report, "sit down and breathe"))], SCHEMA)

    assert json.loads(new[(0,)])["steps"] == [{"text": "sit down"}]


def test_parts_with_which_a_new_text_begins_keep_theirs(report: Report) -> None:
    slots = (
        Slot((0,), 0, "text", "One."),
        Slot((1,), 0, "text", "Two."),
        Slot((2,), 0, "text", "3."),
    )
    draft = Draft(0, "One.\n\nTwo.\n\n3.", slots)

    new = written([(draft, changed(report, "One.\n\nOther."))])

    assert new == {(0,): "One.", (1,): "Other.", (2,): ""}


def test_parts_that_are_rewritten_stay_parts_while_their_paragraphs_can_be_told(
    report: Report,
) -> None:
    slots = (Slot((0,), 0, "text", "One.\n\nTwo."), Slot((1,), 0, "text", "Three."))
    draft = Draft(0, "One.\n\nTwo.\n\nThree.", slots)

    new = written([(draft, changed(report, "A one.\n\nA two.\n\nA three."))])

    assert new == {(0,): "A one.\n\nA two.", (1,): "A three."}
