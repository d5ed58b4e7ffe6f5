"""Sessions: what is in force for one person or request, beside what the guard was made with.

A session lives in a context variable. It reaches coroutines, tasks and the guard's own threads; to
threads of your own, `session.carry` takes it. It holds no text and no state of the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from guard.errors import PolicyError
from guard.offload import awithin
from guard.packs.selection import AUTO
from guard.packs.sources import files_of
from guard.policy import MODES
from guard.repair.job import FOREVER
from guard.report import Mode

if TYPE_CHECKING:
    from guard.guard import Guard

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """What the sessions around this point ask for together.

    `user` is what the application calls the person in the log: a pseudonym, never shown in reprs.
    None is: nothing asked. `outer` is what was in force before.
    """

    user: str | None = field(repr=False)
    packs: tuple[str | Path, ...]
    mode: Mode | None
    deadline: float | None
    outer: Opened | None = field(repr=False)
    by: object = field(repr=False, compare=False)


_opened: ContextVar[Opened | None] = ContextVar("guard_session", default=None)


class session:  # noqa: N801 - used like a function, as contextlib's are
    """Tighten what is in force, and name the person, for all checks made within.

        with guard.session(user="p-1042", packs=["grief"], mode="rewrite"):
            reply = client.chat.completions.create(...)

    Works with `with` and `async with`, may be nested, and may be entered more than once. What it
    asks for holds for every guard that checks a turn within it: of two modes the stricter counts,
    of two deadlines the shorter, and packs are added. What a guard's own packs find is never taken
    back by packs that a session adds, so that such a turn is audited twice.

    Do not hold one open around a `yield`: generators share the context of whoever runs them.

    Args:
        user: what the log calls the person. A pseudonym; never a name or an address.
        packs: as for `Guard`.
        mode: as for `Guard`.
        deadline: seconds for each turn, as for `Guard`.
        guard: asked, when the session is opened, whether this tightens it. None: the one that
            `guard.check` uses, if there is one yet.

    Raises:
        ValueError: `mode` is no mode, or `deadline` is not more than 0.
        PolicyError: on entering: the session around this one, or the guard, is stricter.
        PackError: on entering: a pack is missing or not valid.
    """

    def __init__(
        self,
        *,
        user: str | None = None,
        packs: Sequence[str | Path] | str = (),
        mode: Mode | None = None,
        deadline: float | None = None,
        guard: Guard | None = None,
    ) -> None:
        if mode is not None and mode not in MODES:
            raise ValueError(f"mode must be one of {', '.join(MODES)}, not {mode!r}")
        if deadline is not None and not deadline > 0:
            raise ValueError("deadline must be more than 0 seconds, or None")
        self._user = user
        self._packs = (packs,) if isinstance(packs, str) else tuple(packs)
        self._mode: Mode | None = mode
        self._deadline = deadline
        self._guard = guard

    def __enter__(self) -> Opened:
        opened = self._tightened(_opened.get())
        self._compare(opened)
        _opened.set(opened)
        return opened

    async def __aenter__(self) -> Opened:
        opened = self._tightened(_opened.get())
        await awithin(FOREVER, self._compare, opened)
        _opened.set(opened)
        return opened

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        opened = _opened.get()
        # Where a generator is closed elsewhere, another context is in force: leave that alone.
        if opened is not None and opened.by is self:
            _opened.set(opened.outer)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    @staticmethod
    def current() -> Opened | None:
        """What is asked for here; None outside all sessions."""
        return _opened.get()

    @staticmethod
    def carry(run: Callable[P, T], /) -> Callable[P, T]:
        """The function, to be run in this session wherever it is called: in a thread of yours, a
        pool, a callback."""
        opened = _opened.get()

        @wraps(run)
        def carried(*args: P.args, **kwargs: P.kwargs) -> T:
            token = _opened.set(opened)
            try:
                return run(*args, **kwargs)
            finally:
                _opened.reset(token)

        return carried

    def _tightened(self, outer: Opened | None) -> Opened:
        if outer is None:
            outer = _NOTHING
        self._refuse_laxer(outer.mode, outer.deadline, "the session around it")
        return Opened(
            user=outer.user if self._user is None else self._user,
            packs=tuple(dict.fromkeys((*outer.packs, *self._packs))),
            mode=self._mode or outer.mode,
            deadline=outer.deadline if self._deadline is None else self._deadline,
            outer=outer if outer is not _NOTHING else None,
            by=self,
        )

    def _compare(self, opened: Opened) -> None:
        from guard import _shared

        guard = self._guard or _shared.made()
        if guard is None:
            for name in self._packs:
                if name != AUTO:
                    files_of(name)
            return
        self._refuse_laxer(guard.mode, guard.deadline, "the guard")
        guard.more.judge(opened.packs)

    def _refuse_laxer(self, mode: Mode | None, deadline: float | None, whose: str) -> None:
        if self._mode and mode and MODES.index(self._mode) < MODES.index(mode):
            raise PolicyError(
                f"a session asks for mode {self._mode}, but {whose} has {mode}; sessions can only "
                f"tighten: {' < '.join(MODES)}"
            )
        if self._deadline and deadline and self._deadline > deadline:
            raise PolicyError(
                f"a session asks for a deadline of {self._deadline:g} s, but {whose} has "
                f"{deadline:g} s; sessions can only tighten"
            )


_NOTHING = Opened(user=None, packs=(), mode=None, deadline=None, outer=None, by=None)


@contextmanager
def reopened(opened: Opened | None) -> Iterator[None]:
    """Within, what was in force elsewhere is again; where that is nothing, what is here stays."""
    if opened is None:
        yield
        return
    token = _opened.set(opened)
    try:
        yield
    finally:
        with suppress(ValueError):  # torn down in another context, which is left alone
            _opened.reset(token)


def in_force(guard: Guard) -> Guard:
    """The guard as the session around this point has it; the same one outside all sessions.

    Raises:
        PackError: a pack of the session does not go with those of the guard.
    """
    opened = _opened.get()
    if opened is None:
        return guard
    from guard.stricter import Stricter

    if isinstance(guard, Stricter):
        return guard
    return Stricter(guard, opened.packs, opened.mode, opened.deadline)


async def ain_force(guard: Guard) -> Guard:
    """The same without blocking the event loop: packs that are new take a moment."""
    opened = _opened.get()
    if opened is None or not opened.packs:
        return in_force(guard)
    return await awithin(FOREVER, in_force, guard)


def without_packs(guard: Guard) -> Guard:
    """The guard with what else the session asks for: for saying what was not judged."""
    from guard.stricter import Stricter

    opened = _opened.get() or _NOTHING
    return Stricter(guard, (), opened.mode, opened.deadline)
