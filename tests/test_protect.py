"""`protect`: answers of any function are audited before its caller gets them."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, assert_type

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

import guard as package
from guard import Guard, InputError, Report, protect
from guard.drafts import pieces_of
from guard.log.about import about, current
from guard.models.encoder import Encoder

LOSS = "My dog Bruno died last night. I miss him and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"
TAKING_UP = "A house without Bruno in it must be very quiet. What do you miss most about him?"
MESSAGES = [{"role": "user", "content": LOSS}]


class Blocking:
    """A guard that puts the fallback in place of what is flagged, and its reports."""

    def __init__(self, reader: Encoder) -> None:
        self.reports: list[Report] = []
        self.guard = Guard(mode="block", encoder=reader, record=self.reports.append)
        self.fallback = self.guard.check(user=LOSS, draft=SOOTHING).reply.text
        self.reports.clear()


@pytest.fixture(scope="module")
def guarded(guard_: Guard) -> Blocking:
    return Blocking(guard_.judge.encoder)


@pytest.fixture
def blocking(guarded: Blocking) -> Iterator[Blocking]:
    yield guarded
    guarded.reports.clear()


def completion(*texts: str | None) -> dict[str, Any]:
    choices = [
        {"index": i, "message": {"role": "assistant", "content": t}, "finish_reason": "stop"}
        for i, t in enumerate(texts)
    ]
    return {"id": "c-1", "choices": choices, "usage": {"total_tokens": 9}}


class TestKindsOfFunction:
    def test_a_function(self, blocking: Blocking) -> None:
        @blocking.guard.protect
        def answer(messages: list[dict[str, str]], draft: str) -> str:
            """Answers."""
            return draft

        assert answer(MESSAGES, SOOTHING) == blocking.fallback
        assert answer(messages=MESSAGES, draft=TAKING_UP) == TAKING_UP
        assert (answer.__name__, answer.__doc__) == ("answer", "Answers.")
        assert list(inspect.signature(answer).parameters) == ["messages", "draft"]

    def test_a_coroutine(self, blocking: Blocking) -> None:
        @blocking.guard.protect(user="question")
        async def answer(question: str, draft: str) -> str:
            await asyncio.sleep(0)
            return draft

        assert inspect.iscoroutinefunction(answer)
        assert asyncio.run(answer(LOSS, SOOTHING)) == blocking.fallback
        assert asyncio.run(answer(LOSS, TAKING_UP)) == TAKING_UP

    def test_a_generator_is_held_until_its_end_and_keeps_what_it_returns(
        self, blocking: Blocking
    ) -> None:
        written: list[str] = []

        @blocking.guard.protect
        def answer(messages: list[Any], draft: str) -> Generator[str, None, int]:
            for piece in pieces_of(draft):
                written.append(piece)
                yield piece
            return 7

        stream = answer(MESSAGES, TAKING_UP)
        first = next(stream)

        assert inspect.isgeneratorfunction(answer)
        assert "".join(written) == TAKING_UP
        assert first == written[0]
        assert returned(stream) == (written[1:], 7)

    def test_of_a_flagged_generator_nothing_comes_out(self, blocking: Blocking) -> None:
        @blocking.guard.protect
        def answer(messages: list[Any]) -> Iterator[str]:
            yield from SOOTHING

        pieces = list(answer(MESSAGES))

        assert "".join(pieces) == blocking.fallback
        assert len(pieces) > 3

    def test_an_async_generator(self, blocking: Blocking) -> None:
        @blocking.guard.protect
        async def answer(messages: list[Any], draft: str) -> AsyncIterator[str]:
            for piece in pieces_of(draft):
                yield piece

        assert inspect.isasyncgenfunction(answer)
        assert collected(answer(MESSAGES, TAKING_UP)) == pieces_of(TAKING_UP)
        assert "".join(collected(answer(MESSAGES, SOOTHING))) == blocking.fallback

    def test_functions_that_give_back_streams_and_coroutines(self, blocking: Blocking) -> None:
        async def arriving() -> AsyncIterator[str]:
            yield SOOTHING

        async def later() -> str:
            return SOOTHING

        async def awaited_stream(messages: list[Any]) -> AsyncIterator[str]:
            return arriving()

        def given(kind: Callable[[], Any]) -> Any:
            return blocking.guard.protect(lambda messages: kind())(MESSAGES)

        protected = blocking.guard.protect(awaited_stream)

        assert "".join(given(lambda: iter([SOOTHING]))) == blocking.fallback
        assert "".join(collected(given(arriving))) == blocking.fallback
        assert asyncio.run(_awaited(given(later))) == blocking.fallback
        assert "".join(collected(protected(MESSAGES))) == blocking.fallback

    def test_methods_of_all_kinds(self, blocking: Blocking) -> None:
        protect_ = blocking.guard.protect

        class Bot:
            @protect_
            def own(self, messages: list[Any]) -> str:
                return SOOTHING

            @protect_
            @staticmethod
            def static(messages: list[Any]) -> str:
                return SOOTHING

            @classmethod
            @protect_
            def of_class(cls, messages: list[Any]) -> str:
                return SOOTHING

            def __call__(self, messages: list[Any]) -> str:
                return SOOTHING

        answers = [Bot().own(MESSAGES), Bot.static(MESSAGES), Bot().static(MESSAGES),
                   Bot.of_class(MESSAGES), protect_(Bot())(MESSAGES),
                   protect_(partial(Bot.__call__, Bot()))(MESSAGES)]  # fmt: skip

        assert answers == [blocking.fallback] * 6

    def test_types_are_kept(self) -> None:
        @protect
        def plain(messages: list[str], n: int = 1) -> str:
            return ""

        @protect(user="question")
        async def later(question: str) -> bytes:
            return b""

        if TYPE_CHECKING:
            assert_type(plain(["a"], n=2), str)
            assert_type(later(question="a"), Coroutine[Any, Any, bytes])
        assert inspect.signature(plain).return_annotation == "str"


class TestWhatIsReturned:
    @pytest.fixture
    def answering(self, blocking: Blocking) -> Callable[..., Any]:
        def answering(result: Any, **settings: Any) -> Any:
            def answer(messages: list[Any]) -> Any:
                return result

            return blocking.guard.protect(**settings)(answer)(MESSAGES)

        return answering

    def test_a_message(self, answering: Callable[..., Any], blocking: Blocking) -> None:
        message = {"role": "assistant", "content": SOOTHING, "id": 3}

        assert answering(message) == message | {"content": blocking.fallback}
        assert message["content"] == SOOTHING

    def test_what_may_go_out_is_the_very_same_object(self, answering: Callable[..., Any]) -> None:
        message = {"role": "assistant", "content": TAKING_UP}

        assert answering(message) is message

    def test_a_message_in_parts(self, answering: Callable[..., Any], blocking: Blocking) -> None:
        image = {"type": "image", "url": "x"}
        parts = [{"type": "text", "text": SOOTHING[:14]}, image, {"type": "text", "text": SOOTHING}]

        content = answering({"role": "assistant", "content": parts})["content"]

        assert content == [{"type": "text", "text": blocking.fallback}, image]

    def test_a_refusal(self, answering: Callable[..., Any], blocking: Blocking) -> None:
        message = {"role": "assistant", "content": None, "refusal": SOOTHING}

        assert answering(message)["refusal"] == blocking.fallback

    def test_a_message_that_only_calls_tools_passes(
        self, answering: Callable[..., Any], blocking: Blocking
    ) -> None:
        message = {"role": "assistant", "content": None, "tool_calls": [{"id": "t"}]}

        assert answering(message) is message
        assert not blocking.reports

    def test_every_choice_of_a_completion(
        self, answering: Callable[..., Any], blocking: Blocking
    ) -> None:
        answer = answering(completion(TAKING_UP, SOOTHING, None))

        assert answer == completion(TAKING_UP, blocking.fallback, None)
        assert len(blocking.reports) == 2

    def test_a_declared_path_in_pydantic_models(
        self, answering: Callable[..., Any], blocking: Blocking
    ) -> None:
        class Inner(BaseModel):
            model_config = ConfigDict(frozen=True, extra="allow")
            words: str

        class Outer(BaseModel):
            model_config = ConfigDict(frozen=True)
            inner: tuple[Inner, ...]
            left: int = 1

        given = Outer(inner=(Inner(words=SOOTHING, more=2),))  # type: ignore[call-arg]

        answer = answering(given, text="inner.0.words")

        assert answer.inner[0].words == blocking.fallback
        assert answer.inner[0].more == 2
        assert given.inner[0].words == SOOTHING

    def test_a_declared_path_in_other_objects(
        self, answering: Callable[..., Any], blocking: Blocking
    ) -> None:
        @dataclass(frozen=True)
        class Answer:
            body: SimpleNamespace

        answer = answering(Answer(SimpleNamespace(said=[SOOTHING], n=1)), text="body.said.0")

        assert answer == Answer(SimpleNamespace(said=[blocking.fallback], n=1))

    def test_callables_that_read_and_write(
        self, answering: Callable[..., Any], blocking: Blocking
    ) -> None:
        @dataclass(frozen=True)
        class Answer:
            words: tuple[str, ...]

        where = (
            lambda answer: " ".join(answer.words),
            lambda answer, text: replace(answer, words=tuple(text.split())),
        )

        answer = answering(Answer(tuple(SOOTHING.split())), text=where)

        assert " ".join(answer.words) == blocking.fallback

    @pytest.mark.parametrize(
        ("result", "settings"),
        [
            (b"bytes", {}),
            (17, {}),
            ({"answer": "x"}, {}),
            ([{"content": "x"}], {}),
            ({"answer": "x"}, {"text": "reply.text"}),
            ({"answer": 5}, {"text": "answer"}),
            (b"bytes", {"text": "answer"}),
        ],
    )
    def test_what_has_no_known_text_does_not_go_out(
        self, answering: Callable[..., Any], result: Any, settings: dict[str, str]
    ) -> None:
        with pytest.raises(InputError, match="text"):
            answering(result, **settings)

    def test_none_is_no_answer(self, answering: Callable[..., Any]) -> None:
        assert answering(None) is None


class TestStreamsOfObjects:
    def pieces(self, text: str, index: int) -> list[dict[str, Any]]:
        return [
            {"id": n, "choices": [{"index": index, "delta": {"content": piece}}]}
            for n, piece in enumerate(pieces_of(text))
        ]

    def through(self, blocking: Blocking, chunks: list[Any], **settings: Any) -> list[Any]:
        def answer(messages: list[Any]) -> Iterator[Any]:
            yield from chunks

        return list(blocking.guard.protect(**settings)(answer)(MESSAGES))

    @pytest.mark.parametrize("settings", [{}, {"text": "choices.0.delta.content"}])
    def test_choices_that_come_interleaved_are_kept_apart(
        self, blocking: Blocking, settings: dict[str, str]
    ) -> None:
        good, bad = self.pieces(TAKING_UP, 0), self.pieces(SOOTHING, 1)
        end = [{"id": 99, "choices": [], "usage": {"total_tokens": 3}}]
        chunks = [*(c for pair in zip(good, bad, strict=False) for c in pair),
                  *good[len(bad):], *bad[len(good):], *end]  # fmt: skip

        out = self.through(blocking, chunks, **settings)

        assert [c["id"] for c in out] == [c["id"] for c in chunks]
        assert said(out, 0) == TAKING_UP
        assert said(out, 1) == blocking.fallback
        assert all(a is b for a, b in zip(out, chunks, strict=True) if not said([b], 1))
        assert len(blocking.reports) == 2

    def test_a_stream_of_what_has_no_known_text_does_not_go_out(self, blocking: Blocking) -> None:
        with pytest.raises(InputError):
            self.through(blocking, [{"type": "response.completed"}])

    @given(text=st.text(max_size=400))
    def test_pieces_joined_are_the_text(self, text: str) -> None:
        assert "".join(pieces_of(text)) == text

    @given(data=st.data())
    @settings(max_examples=25)
    def test_however_it_was_split_the_same_goes_out(
        self, guarded: Blocking, data: st.DataObject
    ) -> None:
        cuts = sorted(data.draw(st.sets(st.integers(1, len(SOOTHING) - 1), max_size=9)))
        ends = [*cuts, len(SOOTHING)]
        split = [SOOTHING[a:b] for a, b in zip([0, *cuts], ends, strict=True)]

        out = self.through(guarded, split)

        assert "".join(out) == guarded.fallback


class TestTheUsersMessage:
    def test_a_path_into_an_argument(self, blocking: Blocking) -> None:
        @blocking.guard.protect(user="body.question")
        def answer(body: SimpleNamespace) -> str:
            return SOOTHING

        assert answer(SimpleNamespace(question=LOSS)) == blocking.fallback

    def test_keyword_arguments(self, blocking: Blocking) -> None:
        @blocking.guard.protect
        def answer(**parameters: Any) -> str:
            return SOOTHING

        assert answer(messages=MESSAGES, model="m") == blocking.fallback
        with pytest.raises(InputError, match="'messages'"):
            answer(model="m")

    def test_what_the_function_does_to_the_messages_does_not_matter(
        self, blocking: Blocking
    ) -> None:
        @blocking.guard.protect
        def answer(messages: list[Any]) -> str:
            messages.clear()
            return SOOTHING

        assert answer(list(MESSAGES)) == blocking.fallback

    def test_a_function_without_the_argument_is_told_when_decorated(self) -> None:
        with pytest.raises(InputError, match=r"no argument 'messages' \(it has question, n\)"):

            @protect
            def answer(question: str, n: int) -> str:
                return ""

    @pytest.mark.parametrize("wrong", [None, 3, b"bytes", object()])
    def test_what_is_no_message_is_told_before_the_call(self, wrong: Any) -> None:
        called = []
        ask = protect(user="question")(lambda question: called.append(question) or "x")

        with pytest.raises(InputError, match="'question'"):
            ask(wrong)

        assert not called


class TestErrors:
    def test_those_of_the_function_pass_unchanged(self, blocking: Blocking) -> None:
        error = KeyError("mine")

        @blocking.guard.protect
        def answer(messages: list[Any]) -> Iterator[str]:
            yield SOOTHING
            raise error

        out: list[str] = []
        with pytest.raises(KeyError) as caught:
            out.extend(answer(MESSAGES))

        assert caught.value is error
        assert not out
        assert not blocking.reports

    def test_wrong_arguments_are_told_by_the_function(self, blocking: Blocking) -> None:
        answer = blocking.guard.protect(lambda messages: SOOTHING)

        with pytest.raises(TypeError, match="unexpected keyword argument 'mesages'"):
            answer(mesages=[])

    def test_cancelling_closes_the_stream_and_nothing_comes_out(self, blocking: Blocking) -> None:
        closed: list[bool] = []
        out: list[str] = []

        @blocking.guard.protect
        async def answer(messages: list[Any]) -> AsyncIterator[str]:
            try:
                yield SOOTHING
                await asyncio.sleep(60)
            finally:
                closed.append(True)

        async def read() -> None:
            async for piece in answer(MESSAGES):
                out.append(piece)

        async def run() -> None:
            task = asyncio.create_task(read())
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(run())

        assert closed == [True]
        assert not out


def test_without_a_guard_the_one_in_use_checks_and_sessions_count(blocking: Blocking) -> None:
    observing = Guard(mode="observe", encoder=blocking.guard.judge.encoder)
    answer = protect(lambda messages: SOOTHING)
    before = package.use(observing)
    try:
        observed = answer(MESSAGES)
        with package.session(mode="block"):
            blocked = answer(MESSAGES)
    finally:
        package.use(before)

    assert observed == SOOTHING
    assert blocked == blocking.fallback


def test_a_stream_that_is_read_after_the_session_is_as_within_it(blocking: Blocking) -> None:
    observing = Guard(mode="observe", encoder=blocking.guard.judge.encoder)

    async def later(messages: list[Any]) -> Iterator[str]:
        return iter([SOOTHING])

    with package.session(mode="block"):
        stream = observing.protect(lambda messages: iter([SOOTHING]))(MESSAGES)
        awaited = asyncio.run(observing.protect(later)(MESSAGES))

    assert "".join(stream) == blocking.fallback
    assert "".join(awaited) == blocking.fallback


def said(chunks: list[Any], index: int) -> str:
    return "".join(
        choice["delta"]["content"]
        for chunk in chunks
        for choice in chunk["choices"]
        if choice["index"] == index
    )


def returned(stream: Generator[str, None, int]) -> tuple[list[str], int]:
    out: list[str] = []
    while True:
        try:
            out.append(next(stream))
        except StopIteration as stop:
            return out, stop.value


def collected(stream: Any) -> list[str]:
    async def read() -> list[str]:
        arriving = await stream if inspect.isawaitable(stream) else stream
        return [piece async for piece in arriving]

    return asyncio.run(read())


async def _awaited(given: Any) -> Any:
    return await given


class TestWhoIsOnRecord:
    """Streams that are read after the session in which they were asked for."""

    @pytest.fixture
    def people(self) -> list[tuple[str | None, str | None]]:
        return []

    @pytest.fixture
    def noting(self, blocking: Blocking, people: list[tuple[str | None, str | None]]) -> Guard:
        def noted(_: Report) -> None:
            opened = package.session.current()
            people.append((opened.user if opened else None, current().subject))

        return Guard(mode="observe", encoder=blocking.guard.judge.encoder, record=noted)

    def test_a_generator(self, noting: Guard, people: list[Any], blocking: Blocking) -> None:
        @noting.protect
        def answer(messages: list[Any]) -> Iterator[str]:
            yield SOOTHING

        with package.session(user="p-1", mode="block"), about(subject="s-1"):
            stream = answer(MESSAGES)
        with package.session(user="p-2"), about(subject="s-2"):
            text = "".join(stream)

        assert people == [("p-1", "s-1")]
        assert text == blocking.fallback

    def test_an_async_generator(self, noting: Guard, people: list[Any], blocking: Blocking) -> None:
        @noting.protect
        async def answer(messages: list[Any]) -> AsyncIterator[str]:
            yield SOOTHING

        async def run() -> str:
            async with package.session(user="p-1", mode="block"):
                with about(subject="s-1"):
                    stream = answer(MESSAGES)
            return "".join([piece async for piece in stream])

        text = asyncio.run(run())

        assert people == [("p-1", "s-1")]
        assert text == blocking.fallback

    def test_streams_that_functions_give_back(self, noting: Guard, people: list[Any]) -> None:
        async def later(messages: list[Any]) -> Iterator[str]:
            return iter([SOOTHING])

        with package.session(user="p-1"), about(subject="s-1"):
            stream = noting.protect(lambda messages: iter([SOOTHING]))(MESSAGES)
            awaited = asyncio.run(noting.protect(later)(MESSAGES))
        collected_, also = "".join(stream), "".join(awaited)

        assert people == [("p-1", "s-1")] * 2
        assert collected_ == also == SOOTHING

    def test_what_is_said_around_the_reading_counts_where_nothing_was_before(
        self, noting: Guard, people: list[Any]
    ) -> None:
        @noting.protect
        def answer(messages: list[Any]) -> Iterator[str]:
            yield SOOTHING

        stream = answer(MESSAGES)
        with package.session(user="p-2"):
            "".join(stream)

        assert people == [("p-2", None)]

    def test_of_a_generator_nothing_stays_where_it_was_read(self, noting: Guard) -> None:
        @noting.protect
        def answer(messages: list[Any]) -> Iterator[str]:
            yield SOOTHING
            yield "More of it."

        with package.session(user="p-1"), about(subject="s-1"):
            stream = answer(MESSAGES)
        next(stream)

        assert package.session.current() is None
        assert current().subject is None


@protect
def streaming(messages: list[Any]) -> Iterator[str]:
    """Says it in pieces."""
    yield TAKING_UP


def test_a_protected_generator_function_is_one_to_whoever_looks() -> None:
    again = pickle.loads(pickle.dumps(streaming))  # noqa: S301 - our own

    assert inspect.isgeneratorfunction(streaming)
    assert str(inspect.signature(streaming)).startswith("(messages")
    assert (streaming.__name__, streaming.__doc__) == ("streaming", "Says it in pieces.")
    assert again is copy.copy(streaming) is streaming
