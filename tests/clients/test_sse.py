"""Events are split alike however their bytes come in, and nothing of them is lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.clients.sse import MOST, Event, Events

ENDS = st.sampled_from(["\n", "\r\n", "\r"])
LINES = st.lists(
    st.tuples(
        st.sampled_from(["data: ", "data:", ": ", "event: ", "id: ", ""]),
        st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=12),
        ENDS,
    ),
    max_size=25,
)


def split(chunks: Sequence[bytes]) -> list[Event]:
    events = Events()
    found = [event for chunk in chunks for event in events.feed(chunk)]
    last = events.end()
    return [*found, last] if last else found


@given(LINES, st.lists(st.integers(0, 400), max_size=10))
def test_every_split_gives_the_same_events(
    lines: list[tuple[str, str, str]], at: list[int]
) -> None:
    content = "".join("".join(line) for line in lines).encode()
    places = sorted({min(place, len(content)) for place in at})
    chunks = [content[a:b] for a, b in zip([0, *places], [*places, len(content)], strict=True)]

    events = split(chunks)

    assert events == split([content])
    assert b"".join(event.raw for event in events) == content


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_names_and_data_are_read(end: str) -> None:
    text = f"event: said{end}data: one{end}data:two{end}{end}: a comment{end}{end}"

    first, second = split([text.encode()])

    assert (first.name, first.data) == ("said", "one\ntwo")
    assert second.data is None


def test_other_data_leaves_the_other_lines_as_they_are() -> None:
    (event,) = split([b"id: 7\r\ndata: {\r\ndata: }\r\nevent: x\r\n\r\n"])

    assert event.with_data("{1}").raw == b"id: 7\r\ndata: {1}\r\nevent: x\r\n\r\n"


def test_an_event_without_end_is_bounded() -> None:
    events = Events()

    assert not list(events.feed(b"x" * MOST))

    with pytest.raises(OverflowError):
        list(events.feed(b"x"))
