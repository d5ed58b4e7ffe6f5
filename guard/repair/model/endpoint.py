"""Endpoint: one model behind one OpenAI-compatible address, asked for structured answers.

It holds the deadline whatever the server does, counts for the circuit breaker, and never raises but
for cancellation. What is asked, and what an answer is worth, others decide.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from guard.repair.breaker import Breaker, Permit, breaker_of
from guard.repair.job import Deadline
from guard.repair.model.answers import Answer, answer_of
from guard.repair.model.connect import Clients
from guard.repair.model.fetch import BrokenError, CrowdedError, OversizeError, afetch, fetch
from guard.repair.model.retry import FILTER, WORTH_IT, policy, refuses_form
from guard.report import AttemptOutcome

Messages = list[dict[str, str]]
FORMS = 3  # ways to ask for JSON: by a schema, as an object, in words alone
FAIR = 1.0  # seconds; an endpoint that had less time is not blamed for a time-out
_MOST_KNOWN = 1000  # endpoints
_FORM: dict[tuple[str, str], int] = {}  # by address and model, the first form that is taken
_PROBE: Messages = [{"role": "user", "content": "Answer with the one word: ready"}]


class _CircuitOpenError(Exception):
    """No call is made: the breaker says so."""


class _NoClientError(Exception):
    """A sync call, and a client for async ones alone."""


@dataclass(frozen=True, slots=True)
class _Request:
    """One request to make. A probe holds nothing of a conversation, and is made once. `last`: there
    is no other form in which it could be asked."""

    body: dict[str, Any]
    probe: bool = False
    last: bool = False


_Course = Generator[_Request, bytes | Exception | None, Answer]


class Endpoint:
    """A model and how to reach it. May be shared by threads and event loops.

    Args:
        model: what the server calls it.
        clients: how it is reached.
        extra: what else the body of each request holds (`temperature`, ...), and None for what it
            shall not hold.
        patience: seconds that a call has as a rule.
        breaker: None for the one that the process shares for this address.
    """

    def __init__(
        self,
        model: str,
        clients: Clients,
        extra: Mapping[str, Any] | None = None,
        patience: float = 4.0,
        breaker: Breaker | None = None,
    ) -> None:
        self.model = model
        self.breaker = breaker or breaker_of(clients.address)
        self._clients = clients
        self._extra = dict(extra or {})
        self._fair = min(FAIR, patience / 2)
        self._key = (clients.address, model)

    @property
    def _form(self) -> int:
        return _FORM.get(self._key, 0)

    def ask(
        self, messages: Messages, form: type[BaseModel], most_tokens: int, deadline: Deadline
    ) -> Answer:
        """Ask on the calling thread."""
        from tenacity import Retrying

        started = time.perf_counter()
        course = self._course(messages, form, most_tokens)
        got: bytes | Exception | None = None
        try:
            while True:
                request = course.send(got)
                try:
                    if request.probe:
                        got = self._once(request, deadline)
                    else:
                        got = Retrying(**policy(deadline, self.breaker.allowance))(
                            self._once, request, deadline
                        )
                except Exception as error:
                    got = error
        except StopIteration as end:
            return _timed(end.value, started)
        except Exception as error:
            return _timed(_failed(error), started)

    async def aask(
        self, messages: Messages, form: type[BaseModel], most_tokens: int, deadline: Deadline
    ) -> Answer:
        """The same without blocking the event loop."""
        from tenacity import AsyncRetrying

        started = time.perf_counter()
        course = self._course(messages, form, most_tokens)
        got: bytes | Exception | None = None
        try:
            while True:
                request = course.send(got)
                try:
                    if request.probe:
                        got = await self._aonce(request, deadline)
                    else:
                        retrying = AsyncRetrying(**policy(deadline, self.breaker.allowance))
                        got = await retrying(self._aonce, request, deadline)
                except Exception as error:
                    got = error
        except StopIteration as end:
            return _timed(end.value, started)
        except Exception as error:
            return _timed(_failed(error), started)

    def _course(self, messages: Messages, form: type[BaseModel], most_tokens: int) -> _Course:
        """Which requests are made for one answer: probes after a rest, then the question, asked in
        another form where the server refuses one."""
        for _ in range(self.breaker.trip.probes):
            if self.breaker.state.circuit != "half_open":
                break
            got = yield _Request(self._body(_PROBE, self._form, None, 16), probe=True)
            if isinstance(got, Exception) and not refuses_form(got):
                return _failed(_CircuitOpenError())
        self.breaker.allowance.earn()
        for number in range(self._form, FORMS):
            body = self._body(messages, number, form, most_tokens)
            got = yield _Request(body, last=number == FORMS - 1)
            if isinstance(got, bytes):
                if len(_FORM) >= _MOST_KNOWN:
                    _FORM.clear()
                _FORM[self._key] = number
                return answer_of(got)
            if not refuses_form(got):
                break
        return _failed(got)

    def _body(
        self, messages: Messages, number: int, form: type[BaseModel] | None, most_tokens: int
    ) -> dict[str, Any]:
        body: dict[str, Any] = {"model": self.model, "messages": messages}
        if form is not None and number == 0:
            schema = {"name": form.__name__, "strict": True, "schema": form.model_json_schema()}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif form is not None and number == 1:
            body["response_format"] = {"type": "json_object"}
        # Servers that know no schema mostly know but the old name, and ignore the new one.
        limit = "max_completion_tokens" if number == 0 else "max_tokens"
        body |= {limit: most_tokens} | self._extra
        return {name: value for name, value in body.items() if value is not None}

    def _once(self, request: _Request, deadline: Deadline) -> bytes:
        with self._permitted(request, deadline):
            if self._clients.sync is None:
                raise _NoClientError
            return fetch(self._clients.sync, request.body, deadline)

    async def _aonce(self, request: _Request, deadline: Deadline) -> bytes:
        with self._permitted(request, deadline):
            return await afetch(self._clients.here(), request.body, deadline)

    @contextmanager
    def _permitted(self, request: _Request, deadline: Deadline) -> Iterator[None]:
        """Leave for one call from the breaker, which is told how it went."""
        had = deadline.left
        if had < WORTH_IT:
            raise TimeoutError
        permit = self.breaker.permit()
        if permit is None:
            raise _CircuitOpenError
        try:
            if permit.probe and not request.probe:
                raise _CircuitOpenError  # conversations are not sent to find out
            yield
            permit.well()
        except Exception as error:
            self._tell(permit, error, had, last=request.last)
            raise
        finally:
            permit.dropped()  # cancelled; nothing if something was said before

    def _tell(self, permit: Permit, error: Exception, had: float, *, last: bool) -> None:
        if _is_late(error):
            (permit.failed if had >= self._fair else permit.dropped)()
        elif isinstance(error, _CircuitOpenError | _NoClientError | CrowdedError):
            permit.dropped()
        elif refuses_form(error) and permit.probe:
            permit.well()  # it is there
        elif refuses_form(error) and not last:
            permit.dropped()  # it is asked in another form, and how that goes counts
        else:
            permit.failed()


def _timed(answer: Answer, started: float) -> Answer:
    return replace(answer, ms=1000 * (time.perf_counter() - started))


def _is_late(error: Exception) -> bool:
    import openai

    return isinstance(error, TimeoutError | openai.APITimeoutError)


def _failed(error: object) -> Answer:
    """What a failure is called. Messages of errors are left out: they may quote what was sent."""
    import openai

    outcome: AttemptOutcome = "error"
    reason = type(error).__name__
    if isinstance(error, _CircuitOpenError):
        outcome, reason = "circuit_open", "the endpoint rests after failures"
    elif isinstance(error, Exception) and _is_late(error):
        outcome, reason = "timeout", "no answer in time"
    elif isinstance(error, OversizeError):
        outcome, reason = "malformed", "the body is too large"
    elif isinstance(error, CrowdedError):
        outcome, reason = "circuit_open", "too many calls to the endpoint hang"
    elif isinstance(error, _NoClientError):
        reason = "there is no client for sync calls"
    elif isinstance(error, openai.APIStatusError):
        reason = f"status {error.status_code}"
        if error.status_code == 429:
            outcome = "rate_limited"
        elif error.status_code >= 500:
            outcome = "unavailable"
        elif error.code == FILTER:
            outcome, reason = "refused", "content filter"
    elif isinstance(error, openai.APIConnectionError | BrokenError):
        outcome, reason = "unavailable", "no connection, or it broke off"
    return Answer(outcome=outcome, reason=reason)
