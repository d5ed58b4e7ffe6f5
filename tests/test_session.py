"""Sessions: what they tighten, where they reach, and that they never meet."""

from __future__ import annotations

import asyncio
import contextvars
import random
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guard as package
from guard import Guard, PackError, PolicyError, Report, Turn, session
from guard.models.encoder import Encoder
from guard.more import KEPT
from guard.policy import MODES
from guard.report import Mode

LOSS = "My dog Bruno died last night. I miss him and the house is so quiet without him."
SOOTHING = "I'm so sorry! Don't worry, everything will be okay. Stay strong!"


@pytest.fixture(scope="module")
def reader(guard_: Guard) -> Encoder:
    return guard_.judge.encoder


@pytest.fixture(scope="module")
def annotating(reader: Encoder) -> Guard:
    return Guard(mode="annotate", encoder=reader)


@pytest.fixture(autouse=True)
def none_in_use() -> Iterator[None]:
    before = package.use(None)
    yield
    package.use(before)


class TestTightening:
    def test_the_mode_of_a_session_is_in_force_within_it_only(self, annotating: Guard) -> None:
        with session(mode="block"):
            within = annotating.check(user=LOSS, draft=SOOTHING)
        after = annotating.check(user=LOSS, draft=SOOTHING)

        assert (within.mode, within.reply.action) == ("block", "fallback")
        assert (after.mode, after.reply.action) == ("annotate", "annotate")

    def test_packs_are_added_to_those_of_the_guard(self, annotating: Guard) -> None:
        draft = "He's in a better place now, so don't cry."

        with session(packs=["grief"]):
            within = annotating.check(user=LOSS, draft=draft)

        assert [one.pack for one in within.packs] == ["base", "grief"]
        assert any(finding.pack == "grief" for finding in within.findings)

    def test_a_deadline_that_is_too_short_for_an_audit_makes_it_unknown(
        self, annotating: Guard
    ) -> None:
        with session(deadline=1e-6):
            report = annotating.check(user=LOSS, draft=SOOTHING)

        assert (report.verdict.outcome, report.verdict.fault) == ("unknown", "timeout")

    @given(own=st.sampled_from(MODES), asked=st.sampled_from(MODES))
    def test_of_two_modes_the_stricter_counts(
        self, guards: dict[Mode, Guard], own: Mode, asked: Mode
    ) -> None:
        with session(mode=asked):
            report = guards[own].check(user="What is the time?", draft="Ten past four.")

        assert MODES.index(report.mode) == max(MODES.index(own), MODES.index(asked))

    @given(
        outer=st.floats(0.1, 9), inner=st.floats(0.1, 9),
        modes=st.tuples(st.sampled_from(MODES), st.sampled_from(MODES)),
    )  # fmt: skip
    def test_an_inner_session_can_only_tighten(
        self, outer: float, inner: float, modes: tuple[Mode, Mode]
    ) -> None:
        laxer = inner > outer or MODES.index(modes[1]) < MODES.index(modes[0])

        with session(mode=modes[0], deadline=outer):
            try:
                with session(mode=modes[1], deadline=inner) as opened:
                    entered = (opened.mode, opened.deadline)
            except PolicyError:
                entered = None
            left = session.current()

        assert entered == (None if laxer else (modes[1], inner))
        assert left is not None
        assert (left.mode, left.deadline) == (modes[0], outer)

    def test_a_session_laxer_than_the_guard_in_use_is_refused(self, annotating: Guard) -> None:
        package.use(annotating)

        with pytest.raises(PolicyError, match="mode observe, but the guard has annotate"):
            session(mode="observe").__enter__()
        with pytest.raises(PolicyError, match=r"deadline of 60 s, but the guard has 5 s"):
            session(deadline=60).__enter__()

        assert session.current() is None

    def test_a_session_laxer_than_a_guard_that_it_names_is_refused(self, reader: Encoder) -> None:
        blocking = Guard(mode="block", encoder=reader)

        with pytest.raises(PolicyError), session(mode="rewrite", guard=blocking):
            raise AssertionError("entered")

    @pytest.mark.parametrize("in_use", [False, True])
    def test_a_pack_that_is_not_there_is_told_on_entering(
        self, annotating: Guard, in_use: bool
    ) -> None:
        package.use(annotating if in_use else None)

        with pytest.raises(PackError, match="no-such-pack"):
            session(packs=["no-such-pack"]).__enter__()

    @pytest.mark.parametrize("wrong", [{"mode": "strict"}, {"deadline": 0}, {"deadline": -1.0}])
    def test_what_is_no_mode_or_deadline_is_a_value_error(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match="must be"):
            session(**wrong)


class TestPacksThatWouldWeaken:
    def test_what_a_pack_spares_is_still_flagged_if_a_session_adds_it(
        self, annotating: Guard
    ) -> None:
        turn = Turn.of("My dad died this morning.", "Oh no, I'm so sorry about your dad. Hugs!")
        chosen = Guard(packs=["grief"], encoder=annotating.judge.encoder).check(turn)

        without = annotating.check(turn)
        with session(packs=["grief"]):
            within = annotating.check(turn)

        assert "base.soothe-only" in rules_of(without)
        assert "base.soothe-only" not in rules_of(chosen)
        assert "base.soothe-only" in rules_of(within)
        assert not any(r.lost == "base.soothe-only" for r in within.resolutions)
        assert within.verdict.outcome == "flag"

    @pytest.mark.parametrize("in_use", [False, True])
    def test_a_pack_that_overrides_the_guards_own_rules_is_refused(
        self, annotating: Guard, tmp_path: Path, in_use: bool
    ) -> None:
        package.use(annotating if in_use else None)
        file = pack_at(tmp_path, "lenient", "overrides: {base.soothe-only: {enabled: false}}")

        refused = pytest.raises(PolicyError, match=r"lenient, which overrides base\.soothe-only")
        with refused, session(packs=[file]):
            annotating.check(user=LOSS, draft=SOOTHING)

    @pytest.mark.parametrize("pack", ["ocd", "grief", "depression"])
    def test_no_pack_that_ships_takes_a_finding_back(self, annotating: Guard, pack: str) -> None:
        turns = [
            Turn.of(LOSS, SOOTHING),
            Turn.of("I washed my hands forty times. Am I a bad person?", "You're wrong. No."),
            Turn.of("I'm so low today.", "Poor you, hugs, it'll pass. I feel your pain too."),
        ]

        for turn in turns:
            without = annotating.check(turn)
            with session(packs=[pack]):
                within = annotating.check(turn)

            assert rules_of(without) <= rules_of(within)

    def test_packs_asked_for_by_many_sessions_do_not_pile_up(
        self, annotating: Guard, tmp_path: Path
    ) -> None:
        for i in range(KEPT + 3):
            with session(packs=[pack_at(tmp_path, f"one{i}")]):
                annotating.check(user="What is the time?", draft="Ten past four.")

        assert len(annotating.more) == KEPT


class TestReach:
    def test_it_reaches_tasks_and_the_guards_threads(self, reader: Encoder) -> None:
        seen: list[str | None] = []
        noting = Guard(encoder=reader, record=lambda _: seen.append(subject()))

        async def turns() -> None:
            async with session(user="p-1"):
                check = noting.acheck(user=LOSS, draft=SOOTHING)
                await asyncio.create_task(check)
            await noting.acheck(user=LOSS, draft=SOOTHING)

        asyncio.run(turns())

        assert seen == ["p-1", None]

    def test_it_is_carried_to_threads_of_ones_own(self) -> None:
        with ThreadPoolExecutor(2) as pool, session(user="p-2"):
            bare = pool.submit(subject).result()
            carried = [pool.submit(session.carry(subject)).result() for _ in range(20)]
            copied = pool.submit(contextvars.copy_context().run, subject).result()

        assert bare is None
        assert set(carried) == {"p-2"}
        assert copied == "p-2"

    def test_it_ends_with_an_exception(self) -> None:
        with pytest.raises(KeyError), session(user="p-3"):
            raise KeyError

        assert session.current() is None

    def test_one_session_object_can_be_entered_again_and_at_the_same_time(self) -> None:
        shared = session(user="p-4", mode="rewrite")
        both_in = threading.Barrier(2, timeout=10)

        def enter() -> tuple[str | None, object]:
            with shared:
                with shared:
                    both_in.wait()
                within = subject()
            return within, session.current()

        with ThreadPoolExecutor(2) as pool:
            results = [one.result() for one in [pool.submit(enter) for _ in range(2)]]

        assert results == [("p-4", None)] * 2

    def test_a_generator_closed_elsewhere_leaves_the_session_there_alone(self) -> None:
        async def opened_within() -> AsyncIterator[int]:
            with session(user="inner"):
                yield 1

        async def run() -> str | None:
            stream = opened_within()
            await asyncio.create_task(anext(stream))  # type: ignore[arg-type]
            async with session(user="outer"):
                await stream.aclose()  # type: ignore[attr-defined]
                return subject()

        assert asyncio.run(run()) == "outer"

    def test_the_person_is_not_in_its_repr(self) -> None:
        with session(user="secret-name") as opened:
            assert "secret-name" not in repr(opened)
            assert "secret-name" not in repr(session(user="secret-name"))


class TestNoBleed:
    @given(seed=st.integers(0, 2**32))
    @settings(max_examples=8)
    def test_many_people_at_once_never_meet(self, noting: Noting, seed: int) -> None:
        people = people_of(seed, 24)

        async def one(person: Person) -> None:
            await asyncio.sleep(person.wait)
            async with session(user=person.name, mode=person.mode):
                await asyncio.sleep(person.wait)
                person.report = await noting.guard.acheck(
                    user=f"What is {person.name}?", draft=f"It is {person.name}."
                )
                person.saw = await asyncio.create_task(asyncio.sleep(0, subject()))

        async def all_at_once() -> None:
            await asyncio.gather(*(one(person) for person in people))

        asyncio.run(all_at_once())

        self._apart(people, noting)

    @given(seed=st.integers(0, 2**32))
    @settings(max_examples=8)
    def test_many_people_in_threads_never_meet(self, noting: Noting, seed: int) -> None:
        people = people_of(seed, 24)

        def one(person: Person) -> None:
            with session(user=person.name, mode=person.mode):
                person.report = noting.guard.check(
                    user=f"What is {person.name}?", draft=f"It is {person.name}."
                )
                person.saw = subject()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, people))

        self._apart(people, noting)

    def _apart(self, people: list[Person], noting: Noting) -> None:
        for person in people:
            assert person.saw == person.name
            assert person.report is not None
            assert person.report.mode == person.mode
            assert person.report.reply.text == f"It is {person.name}."
            assert noting.recorded.pop(f"It is {person.name}.") == person.name
        assert not noting.recorded
        assert session.current() is None


class Person:
    def __init__(self, name: str, mode: Mode, wait: float) -> None:
        self.name, self.mode, self.wait = name, mode, wait
        self.report: Report | None = None
        self.saw: str | None = None


class Noting:
    """A guard, and by the text that went out, the person for whom it was recorded."""

    def __init__(self, reader: Encoder) -> None:
        self.recorded: dict[str, str | None] = {}
        self.guard = Guard(mode="observe", encoder=reader, record=self._note)

    def _note(self, report: Report) -> None:
        self.recorded[report.reply.text] = subject()


def pack_at(folder: Path, name: str, more: str = "") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text(
        f"id: {name}\nversion: 1.0.0\ntitle: A pack\ndoes: Little.\naudience: Tests.\n"
        f"leaves_out: The rest.\n{more}\n"
    )
    return file


def rules_of(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


def subject() -> str | None:
    opened = session.current()
    return opened.user if opened else None


def people_of(seed: int, how_many: int) -> list[Person]:
    rng = random.Random(seed)  # noqa: S311 - no secret
    return [
        Person(f"canary-{rng.getrandbits(48):x}", rng.choice(MODES), rng.choice((0.0, 0.0005)))
        for _ in range(how_many)
    ]


@pytest.fixture(scope="module")
def noting(reader: Encoder) -> Noting:
    return Noting(reader)


@pytest.fixture(scope="module")
def guards(reader: Encoder) -> dict[Mode, Guard]:
    return {mode: Guard(mode=mode, encoder=reader) for mode in MODES}
