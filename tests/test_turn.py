"""Turns: what callers may pass, which text is kept, and what errors say."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from guard import GuardError, InputError, Message, Turn

CANARY = "xylophone-under-the-stairs"
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
# Every code point, lone surrogates too, and what cannot be seen more often than by chance.
CHARACTERS = st.characters(exclude_categories=()) | st.sampled_from("\u200b\u00ad\u0301\ud83d a")
ANY_TEXT = st.text(CHARACTERS, max_size=40)


class SdkPart(BaseModel):
    """A content part as a client library models it: with fields we know nothing of."""

    model_config = ConfigDict(extra="allow")

    type: str


class SdkMessage(BaseModel):
    """A chat message as a client library models it."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: str | list[SdkPart] | None = None


def said(role: str, content: object) -> dict[str, Any]:
    return {"role": role, "content": content}


def text_part(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def image_part() -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}}


def test_a_turn_of_two_texts_has_one_user_message_and_a_draft() -> None:
    turn = Turn.of("The kiln cracked my best bowl.", "Which glaze was on it?")

    assert turn.messages == (Message(role="user", content="The kiln cracked my best bowl."),)
    assert turn.user == "The kiln cracked my best bowl."
    assert turn.draft == "Which glaze was on it?"
    assert turn.context == ()


def test_a_turn_without_a_draft_has_an_empty_one() -> None:
    turn = Turn.of("hello")

    assert turn.draft == ""


def test_the_context_takes_dicts_sdk_objects_and_messages_alike() -> None:
    context = [
        said("user", "one"),
        SdkMessage(role="assistant", content="two"),
        Message(role="tool", content="three"),
    ]

    turn = Turn.of("four", "five", context)

    assert [message.content for message in turn.context] == ["one", "two", "three"]
    assert turn.user == "four"


def test_the_context_may_be_any_iterable() -> None:
    turn = Turn.of("now", "draft", (said("user", str(n)) for n in range(3)))

    assert [message.content for message in turn.context] == ["0", "1", "2"]


def test_a_final_assistant_message_is_the_draft_when_none_is_given() -> None:
    messages = [said("user", "My tent flooded."), said("assistant", "Where did you sleep?")]

    turn = Turn.from_messages(messages)

    assert turn.draft == "Where did you sleep?"
    assert turn.messages == (Message(role="user", content="My tent flooded."),)


def test_a_final_assistant_message_stays_in_the_conversation_when_a_draft_is_given() -> None:
    messages = [said("user", "My tent flooded."), said("assistant", "Oh no.")]

    turn = Turn.from_messages(messages, "Where did you sleep?")

    assert turn.draft == "Where did you sleep?"
    assert turn.messages[-1] == Message(role="assistant", content="Oh no.")


def test_an_empty_draft_that_is_given_is_not_replaced_by_an_assistant_message() -> None:
    messages = [said("user", "hi"), said("assistant", "hello")]

    turn = Turn.from_messages(messages, "")

    assert turn.draft == ""
    assert len(turn.messages) == 2


def test_an_assistant_message_that_is_not_the_last_is_no_draft() -> None:
    messages = [said("assistant", "hello"), said("user", "hi")]

    turn = Turn.from_messages(messages)

    assert turn.draft == ""
    assert turn.user == "hi"


def test_the_latest_user_message_is_the_user_even_before_tool_results() -> None:
    messages = [
        said("system", "Be brief."),
        said("user", "first"),
        said("assistant", None),
        said("user", "second"),
        said("assistant", None),
        said("tool", '{"temperature": 12}'),
    ]

    turn = Turn.from_messages(messages, "draft")

    assert turn.user == "second"
    assert [message.content for message in turn.context] == ["Be brief.", "first", ""]


def test_a_conversation_without_a_user_has_an_empty_user_and_no_context() -> None:
    turn = Turn.from_messages([said("system", "Be brief.")], "draft")

    assert turn.user == ""
    assert turn.context == ()


def test_no_messages_at_all_make_an_empty_turn() -> None:
    turn = Turn.from_messages([])

    assert turn == Turn(messages=(), draft="")
    assert turn.user == ""


@pytest.mark.parametrize("role", ROLES)
def test_every_role_of_a_chat_is_understood(role: str) -> None:
    turn = Turn.from_messages([said(role, "words")], "draft")

    assert turn.messages[0].role == role


def test_text_parts_are_joined_by_a_blank_line_and_other_parts_left_out() -> None:
    parts = [text_part("Look at this."), image_part(), text_part("He drew it for me.")]

    turn = Turn.from_messages([said("user", parts)], "draft")

    assert turn.user == "Look at this.\n\nHe drew it for me."


def test_parts_may_be_plain_strings_and_tuples() -> None:
    turn = Turn.from_messages([said("user", ("one", "two"))], "draft")

    assert turn.user == "one\n\ntwo"


def test_a_message_of_images_alone_has_no_text() -> None:
    turn = Turn.from_messages([said("user", [image_part()])], "draft")

    assert turn.user == ""


def test_a_refusal_part_is_text_that_would_be_sent() -> None:
    parts = [{"type": "refusal", "refusal": "I won't write that."}]

    turn = Turn.from_messages([said("user", "hi"), said("assistant", parts)])

    assert turn.draft == "I won't write that."


def test_an_sdk_message_with_parts_and_unknown_fields_is_read() -> None:
    parts = [SdkPart.model_validate(text_part("Two lines")), SdkPart(type="audio")]
    message = SdkMessage.model_validate({"role": "user", "content": parts, "annotations": []})

    turn = Turn.from_messages([message], "draft")

    assert turn.user == "Two lines"


def test_sdk_parts_inside_a_plain_dict_are_read() -> None:
    parts = [SdkPart.model_validate(text_part("inside"))]

    turn = Turn.from_messages([said("user", parts)], "draft")

    assert turn.user == "inside"


@pytest.mark.parametrize("content", [None, "", []])
def test_a_message_without_content_is_empty(content: object) -> None:
    turn = Turn.from_messages([said("user", content)], "draft")

    assert turn.user == ""


def test_a_message_without_a_content_key_is_empty() -> None:
    calls = {"role": "assistant", "tool_calls": [{"id": "call_1"}]}

    turn = Turn.from_messages([said("user", "hi"), calls], "draft")

    assert turn.messages[1] == Message(role="assistant", content="")


def test_a_row_with_user_and_draft_makes_a_turn_and_other_keys_are_ignored() -> None:
    row = {"id": 7, "user": "I failed the eye test.", "draft": "What now?", "labels": {"flag": 0}}

    turn = Turn.from_dict(row)

    assert turn == Turn.of("I failed the eye test.", "What now?")


def test_a_row_with_a_context_keeps_it() -> None:
    row = {"user": "now", "draft": "d", "context": [said("user", "then")]}

    turn = Turn.from_dict(row)

    assert turn.context == (Message(role="user", content="then"),)


@pytest.mark.parametrize("row", [{"user": "u"}, {"user": "u", "draft": None, "context": None}])
def test_a_row_may_leave_out_draft_and_context(row: dict[str, Any]) -> None:
    turn = Turn.from_dict(row)

    assert turn == Turn.of("u")


def test_a_row_with_messages_makes_a_turn() -> None:
    row = {"messages": [said("user", "hi"), said("assistant", "hello")]}

    turn = Turn.from_dict(row)

    assert turn == Turn.of("hi", "hello")


def test_a_row_with_messages_and_a_draft_uses_the_draft() -> None:
    row = {"messages": [said("user", "hi"), said("assistant", "hello")], "draft": "hey"}

    turn = Turn.from_dict(row)

    assert turn.draft == "hey"


@pytest.mark.parametrize(
    "text",
    [
        "  leading and trailing  \n",
        "line\r\nline\rline\u2028line",
        "ﬁrst 👩‍👩‍👧 cafe\u0301 k\u200bill",
        "\ufeffｆｕｌｌ",
        "\x00\x07",
    ],
)
def test_texts_are_kept_to_the_character(text: str) -> None:
    turn = Turn.from_messages([said("user", [text_part(text)])], text)

    assert turn.user == text
    assert turn.draft == text


@pytest.mark.parametrize("make", [Turn.of, lambda u, d: Turn.from_messages([said("user", u)], d)])
def test_a_lone_surrogate_is_replaced_one_for_one(make: Callable[[str, str], Turn]) -> None:
    turn = make("a\ud83db", "\udc00 end")

    assert turn.user == "a\ufffdb"
    assert turn.draft == "\ufffd end"


@given(user=ANY_TEXT, draft=ANY_TEXT)
def test_offsets_into_a_turn_are_offsets_into_the_callers_text(user: str, draft: str) -> None:
    turn = Turn.of(user, draft)

    for kept, passed in ((turn.user, user), (turn.draft, draft)):
        assert len(kept) == len(passed)
        assert all(
            a == b or (a == "\ufffd" and "\ud800" <= b <= "\udfff")
            for a, b in zip(kept, passed, strict=True)
        )


@given(
    messages=st.lists(st.builds(said, st.sampled_from(ROLES), ANY_TEXT), max_size=5),
    draft=ANY_TEXT,
)
def test_the_json_form_round_trips(messages: list[dict[str, Any]], draft: str) -> None:
    turn = Turn.from_messages(messages, draft)

    again = Turn.model_validate_json(turn.model_dump_json())

    assert again == turn


@given(user=ANY_TEXT, draft=ANY_TEXT)
def test_the_dict_form_makes_the_same_turn(user: str, draft: str) -> None:
    turn = Turn.of(user, draft, [said("assistant", "earlier")])

    again = Turn.from_dict(turn.model_dump())

    assert again == turn


def test_the_json_form_has_the_messages_the_draft_and_the_beliefs() -> None:
    turn = Turn.of("hi", "hello").with_beliefs(["The moon is cheese."])

    assert turn.model_dump() == {
        "messages": (said("user", "hi"),),
        "draft": "hello",
        "beliefs": ("The moon is cheese.",),
    }


def test_beliefs_come_from_a_row_and_stay_with_another_draft() -> None:
    turn = Turn.from_dict({"user": "hi", "draft": "hello", "beliefs": ["The moon is cheese."]})

    assert turn.with_draft("hey").beliefs == ("The moon is cheese.",)


@pytest.mark.parametrize("beliefs", ["The moon is cheese.", [1], ["so"] * 21, 7])
def test_beliefs_that_are_no_short_list_of_texts_are_refused(beliefs: object) -> None:
    with pytest.raises(InputError, match="beliefs must be"):
        Turn.of("hi").with_beliefs(beliefs)  # type: ignore[arg-type]


def test_turns_with_the_same_texts_are_equal_whatever_was_read_from_them() -> None:
    turn, other = Turn.of("hi", "hello"), Turn.of("hi", "hello")

    read = turn.user

    assert read == "hi"
    assert turn == other
    assert hash(turn) == hash(other)


def test_a_turn_cannot_be_changed() -> None:
    turn = Turn.of("hi", "hello")

    with pytest.raises(ValueError, match="frozen"):
        turn.draft = "other"

    assert turn.draft == "hello"


INPUT_ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "user is a number": (lambda: Turn.of(5), "user must be a str, not int"),
    "user is bytes": (lambda: Turn.of(CANARY.encode()), "user must be a str, not bytes"),
    "draft is a list": (lambda: Turn.of("hi", [CANARY]), "draft must be a str, not list"),
    "draft of messages is a dict": (
        lambda: Turn.from_messages([said("user", "hi")], {CANARY: 1}),
        "draft must be a str, not dict",
    ),
    "context is a text": (lambda: Turn.of("hi", "", CANARY), "context must be a list"),
    "context holds a text": (lambda: Turn.of("hi", "", [CANARY]), "context[0]"),
    "messages is a text": (lambda: Turn.from_messages(CANARY), "messages must be a list"),
    "messages is one message": (
        lambda: Turn.from_messages(said("user", CANARY)),
        "messages must be a list of messages, not dict",
    ),
    "messages is a number": (lambda: Turn.from_messages(5), "messages must be a list"),
    "messages holds None": (lambda: Turn.from_messages([None]), "messages[0]"),
    "role is unknown": (
        lambda: Turn.from_messages([said("user", "hi"), said(CANARY, CANARY)]),
        "messages[1].role must be one of system, developer, user",
    ),
    "role is missing": (lambda: Turn.from_messages([{"content": CANARY}]), "messages[0].role"),
    "role is unhashable": (
        lambda: Turn.from_messages([{"role": [CANARY], "content": CANARY}]),
        "messages[0].role",
    ),
    "role of an sdk message is unknown": (
        lambda: Turn.from_messages([SdkMessage(role=CANARY, content=CANARY)]),
        "messages[0].role",
    ),
    "content is a dict": (
        lambda: Turn.from_messages([said("user", {"text": CANARY})]),
        "messages[0].content must be text or a list of parts, not dict",
    ),
    "content is a number": (
        lambda: Turn.of("hi", "", [said("user", "a"), said("user", 5)]),
        "context[1].content",
    ),
    "a part is a list": (
        lambda: Turn.from_messages([said("user", [text_part(CANARY), [CANARY]])]),
        "messages[0].content has a part that is a list",
    ),
    "row is a list": (lambda: Turn.from_dict([CANARY]), "a turn must be an object, not list"),
    "row has no user": (lambda: Turn.from_dict({"txet": CANARY}), "needs the field 'user'"),
    "row has user None": (
        lambda: Turn.from_dict({"user": None, "draft": CANARY}),
        "user must be a str, not NoneType",
    ),
    "row has a dict as user": (
        lambda: Turn.from_dict({"user": {"content": CANARY}}),
        "user must be a str, not dict",
    ),
    "row has a number as draft": (
        lambda: Turn.from_dict({"user": CANARY, "draft": 5}),
        "draft must be a str, not int",
    ),
    "row has a text as messages": (
        lambda: Turn.from_dict({"messages": CANARY}),
        "messages must be a list",
    ),
}


@pytest.mark.parametrize(("fails", "place"), INPUT_ERRORS.values(), ids=INPUT_ERRORS)
def test_an_input_error_names_the_place_and_quotes_nothing(
    fails: Callable[[], object], place: str
) -> None:
    with pytest.raises(InputError) as caught:
        fails()

    assert isinstance(caught.value, GuardError)
    assert place in str(caught.value)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "fails",
    [
        lambda: Turn.model_validate_json(f'{{"messages": "{CANARY}"}}'),
        lambda: Turn.model_validate_json(f'"{CANARY}'),
        lambda: Turn.model_validate({"messages": [said("user", {"text": CANARY})]}),
        lambda: Message.model_validate(said(CANARY, "hi")),
    ],
    ids=["wrong type in JSON", "broken JSON", "wrong content", "unknown role"],
)
def test_a_broken_json_form_is_refused_without_quoting_it(fails: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="validation error") as caught:
        fails()

    assert CANARY not in str(caught.value)
