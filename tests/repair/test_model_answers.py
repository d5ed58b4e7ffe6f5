"""What is made of bytes and headers that a server sends: nothing of it makes us fail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.repair.model.answers import answer_of, formed
from guard.repair.model.fence import conversation, fenced, nonce
from guard.repair.model.opinion import Verdicts
from guard.repair.model.prompt import Rewrites
from guard.repair.model.retry import asked_to_wait
from guard.turn import Turn

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_it_fail(body: bytes) -> None:
    answer = answer_of(body)

    assert answer.outcome == "malformed"


@given(st.text(max_size=200) | json_values.map(json.dumps))
def test_no_text_makes_it_fail(text: str) -> None:
    for form in (Rewrites, Verdicts):
        read = formed(text, form)

        assert read is None or isinstance(read, form)


@pytest.mark.parametrize(
    "text",
    [
        '{"replies": ["one"]}',
        '  {"replies": ["one"]}\n',
        'Sure!\n```json\n{"replies": ["one"]}\n```\nDone.',
        '```\n{"replies": ["one"]}\n```',
        'Here you are: {"replies": ["one"]} I hope that it helps.',
    ],
)
def test_the_form_is_found_among_other_words(text: str) -> None:
    read = formed(text, Rewrites)

    assert read is not None
    assert read.replies == ["one"]


def test_half_a_character_becomes_one_that_can_be_sent() -> None:
    read = formed('{"replies": ["\\ud83d sad"]}', Rewrites)

    assert read is not None
    assert read.replies == ["\ufffd sad"]


def test_negative_counts_are_none() -> None:
    body = {
        "choices": [{"message": {"content": "hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": -5, "completion_tokens": 7},
    }

    answer = answer_of(json.dumps(body).encode())

    assert (answer.text, answer.tokens_in, answer.tokens_out) == ("hello", 0, 7)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=80))
def test_a_fence_gives_back_what_was_put_in_and_is_closed_once(text: str) -> None:
    mark = nonce()

    shown = fenced({"text": text}, mark)

    inside = shown.removeprefix(f"<data-{mark}>").removesuffix(f"</data-{mark}>")
    assert json.loads(inside) == {"text": text}
    assert "<" not in inside
    assert ">" not in inside


def test_of_a_long_conversation_the_latest_is_shown() -> None:
    context = [
        {"role": "user" if i % 2 else "assistant", "content": f"{i} " + "word " * 300}
        for i in range(20)
    ]

    shown = conversation(Turn.of("the last", "a draft", context))

    assert shown[-1] == {"role": "user", "content": "the last"}
    assert [one["content"].split()[0] for one in shown[:-1]] == ["17", "18", "19"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({}, None),
    ],
)
def test_how_long_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_to_wait(headers) == seconds


def test_a_server_may_name_the_time() -> None:
    then = datetime.now(UTC) + timedelta(seconds=100)

    seconds = asked_to_wait({"retry-after": format_datetime(then, usegmt=True)})

    assert seconds is not None
    assert 0 < seconds <= 100
