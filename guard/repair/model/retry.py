"""When a request is made again: for rate limits, faults of the server and time-outs, with jitter,
never past the deadline, and only so often that an endpoint which fails is not called much more."""

from __future__ import annotations

import random
import time
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from guard.repair.allowance import Allowance
from guard.repair.job import Deadline
from guard.repair.model.fetch import BrokenError

if TYPE_CHECKING:
    from tenacity import RetryCallState

REQUESTS = 3  # at most, for one answer
FIRST_WAIT, LONGEST_WAIT = 0.25, 2.0  # seconds; the real wait is drawn from below them
WORTH_IT = 0.3  # seconds that must be left for another request to have a chance
_REFUSES = frozenset({400, 415, 422, 501})
FILTER = "content_filter"
_AGAIN = frozenset({408, 409, 429})


def worth_another(error: BaseException) -> bool:
    """Whether the same request may go well a little later."""
    import openai

    if refuses_form(error):
        return False
    if isinstance(error, openai.APIStatusError):
        return error.status_code in _AGAIN or error.status_code >= 500
    return isinstance(error, openai.APIConnectionError | BrokenError)


def refuses_form(error: object) -> bool:
    """Whether a server refuses the form of the answer, or another field of the request, so that it
    should be asked in another way. llama.cpp's Python server does so with status 500."""
    status, code = getattr(error, "status_code", None), getattr(error, "code", None)
    if status in _REFUSES:
        return code != FILTER
    return status == 500 and "response_format" in str(getattr(error, "message", ""))


def policy(deadline: Deadline, allowance: Allowance) -> dict[str, Any]:
    """The arguments of `tenacity.Retrying`, and of `AsyncRetrying`, for one answer."""
    import tenacity

    def enough(state: RetryCallState) -> bool:
        if state.attempt_number >= REQUESTS:
            return True
        return state.upcoming_sleep > deadline.left - WORTH_IT or not allowance.spend()

    return {
        "retry": tenacity.retry_if_exception(worth_another),
        "wait": lambda state: _wait(
            state.attempt_number, state.outcome and state.outcome.exception()
        ),
        "stop": enough,
        "reraise": True,
    }


def _error(state: RetryCallState) -> BaseException | None:
    return None if state.outcome is None else state.outcome.exception()


def _wait(attempt: int, error: BaseException | None) -> float:
    most = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempt - 1))
    drawn = random.uniform(most / 2, most)  # noqa: S311
    response = getattr(error, "response", None)
    asked = None if response is None else asked_to_wait(response.headers)
    # Everybody who was told the same time would otherwise come back at the same moment.
    return drawn if asked is None else asked + drawn / 4


def asked_to_wait(headers: Any) -> float | None:
    """Seconds that a server asks for: `retry-after-ms`, or `Retry-After` in seconds or a date."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    try:
        then = parsedate_to_datetime(headers["retry-after"])
    except (KeyError, ValueError):
        return None
    then = then if then.tzinfo else then.replace(tzinfo=UTC)
    return max(0.0, then.timestamp() - time.time())
