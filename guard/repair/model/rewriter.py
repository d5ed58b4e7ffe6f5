"""ModelRewriter: a language model writes the draft again, and the guard judges what it wrote.

It asks at most twice, and gives a text only if that keeps what the draft says and passes a second
audit. It does not raise, and holds its deadline; see `endpoint` for how.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, Literal

from guard.offload import awithin, within
from guard.repair.breaker import Breaker
from guard.repair.job import Deadline, Job, Rewritten
from guard.repair.kept import Known, strayed
from guard.repair.model.answers import Answer, formed
from guard.repair.model.connect import KEY, Clients
from guard.repair.model.endpoint import Endpoint
from guard.repair.model.prompt import Rewrites, given, in_danger, leaks, messages_of
from guard.repair.second import Second, second_audit
from guard.report import Attempt, AttemptOutcome, Span

if TYPE_CHECKING:
    from openai import AsyncOpenAI, OpenAI

SECONDS = 4.0
SECOND_ROUND = 2.0  # seconds that must be left to ask again
RESERVE = 0.4  # seconds that are left to the offline rewriter
MOST_CANDIDATES = 8
# Facts in a sentence with one of these faults are no facts.
_UNTRUE = frozenset({"concedes_false", "self_claim", "attachment", "flip", "false_contradiction"})
_AGAIN = frozenset({"malformed", "empty"})


@dataclass(frozen=True, slots=True)
class Prices:
    """What a million tokens cost, read and written, in a currency of your choice."""

    read: float
    written: float

    def of(self, tokens_in: int, tokens_out: int) -> float:
        """What so many cost."""
        return (tokens_in * self.read + tokens_out * self.written) / 1e6


@dataclass(frozen=True, slots=True)
class _Ask:
    messages: list[dict[str, str]]
    most_tokens: int


@dataclass(frozen=True, slots=True)
class _Check:
    text: str


# Yields what is to be done, is sent an Answer or a Second, and returns the text that may go out.
_Steps = Generator[_Ask | _Check, Any, str | None]


class ModelRewriter:
    """Rewrites flagged drafts with a language model behind an OpenAI-compatible endpoint.

        Guard(mode="rewrite", rewriter=ModelRewriter("gpt-4.1-mini", client=OpenAI()))

    Make one and share it. Conversations go to the endpoint, so give the client that wrote the
    draft, unless you mean another.

    Args:
        model: the model's name; by rights the one that wrote the draft.
        client: an `OpenAI` or `AsyncOpenAI`. The first serves async calls as well, on threads; the
            second serves only them.
        base_url: in place of a client, the address of a server; see `Clients`.
        key: the environment variable with the key for `base_url`.
        plain_http: lets `base_url` be `http` to another machine.
        candidates: how many versions are asked for at a time; the one that changes least goes out.
        rounds: how often the model is asked, once more with the reasons why nothing was taken.
        seconds: for everything together, within the deadline of the turn.
        prices: to have the cost in the report.
        extra: more fields for the body of each request, such as `temperature`; None leaves one out
            that is there (`{"max_completion_tokens": None}`).
        breaker: None for the one that the process shares for the address.

    Raises:
        MissingExtraError: the extra `openai` is not installed.
        ModelSetupError: the address is not safe, or there is no key.
        ValueError: a number is out of range.
    """

    by: Literal["model"] = "model"

    def __init__(
        self,
        model: str,
        *,
        client: OpenAI | AsyncOpenAI | None = None,
        base_url: str | None = None,
        key: str = KEY,
        plain_http: bool = False,
        candidates: int = 2,
        rounds: int = 2,
        seconds: float = SECONDS,
        prices: Prices | None = None,
        extra: Mapping[str, Any] | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        checked(candidates, rounds, seconds)
        self.model = model
        self.candidates = candidates
        self.rounds = rounds
        self.seconds = seconds
        self.prices = prices
        self.clients = Clients(client, base_url, key, plain_http=plain_http)
        self.endpoint = Endpoint(model, self.clients, extra, seconds, breaker)

    def rewrite(self, job: Job) -> Rewritten:
        """Rewrite, on the calling thread."""
        deadline = self._deadline(job)
        attempts: list[Attempt] = []
        steps = self._steps(job, deadline, attempts)
        got: Answer | Second | None = None
        try:
            while True:
                step = steps.send(got)
                if isinstance(step, _Ask):
                    got = self.endpoint.ask(step.messages, Rewrites, step.most_tokens, deadline)
                else:
                    got = within(deadline.left, second_audit, job.report, step.text, job.audit)
        except StopIteration as end:
            return Rewritten(end.value, tuple(attempts))
        except Exception as error:
            return self._broken(error, attempts)

    async def arewrite(self, job: Job) -> Rewritten:
        """The same without blocking the event loop; cancelling it ends the call to the model."""
        deadline = self._deadline(job)
        attempts: list[Attempt] = []
        steps = self._steps(job, deadline, attempts)
        got: Answer | Second | None = None
        try:
            while True:
                step = steps.send(got)
                if isinstance(step, _Ask):
                    messages, most = step.messages, step.most_tokens
                    got = await self.endpoint.aask(messages, Rewrites, most, deadline)
                else:
                    left = deadline.left
                    got = await awithin(left, second_audit, job.report, step.text, job.audit)
        except StopIteration as end:
            return Rewritten(end.value, tuple(attempts))
        except Exception as error:
            return self._broken(error, attempts)

    def _steps(self, job: Job, deadline: Deadline, attempts: list[Attempt]) -> _Steps:
        """All that is asked and checked, in order."""
        known = _known(job)
        most_tokens = 60 + self.candidates * (160 + len(job.turn.draft) // 2)
        turned_down: tuple[str, ...] = ()
        for number in range(self.rounds):
            if number and deadline.left < SECOND_ROUND:
                break
            answer: Answer = yield _Ask(messages_of(job, self.candidates, turned_down), most_tokens)
            told = self._told(answer)
            if answer.outcome is not None:
                attempts.append(self._attempt(answer.outcome, answer.reason, told))
                if answer.outcome not in _AGAIN:
                    break
                turned_down = (answer.reason,)
                continue
            form = formed(answer.text, Rewrites)
            texts = [] if form is None else [one.strip() for one in form.replies]
            if not texts:
                fault: AttemptOutcome = "malformed" if form is None else "empty"
                attempts.append(self._attempt(fault, "no replies in it", told))
                turned_down = ("no replies in the form asked for",)
                continue
            passed: list[tuple[float, str]] = []
            down: list[str] = []
            for text in texts[: self.candidates]:
                outcome, reason = yield from _judged(text, job, known, deadline)
                if outcome == "passed":
                    passed.append((_likeness(job.turn.draft, text), text))
                else:
                    down.append(reason)
                # What the request cost stands once, with the first of its candidates.
                attempts.append(self._attempt(outcome, reason, told))
                told = {}
            if passed:
                best = max(passed)[1]
                # The last attempt is the one that goes out.
                attempts.append(attempts.pop(_last_passed(attempts)))
                return best
            turned_down = tuple(dict.fromkeys(down))
        return None

    def _deadline(self, job: Job) -> Deadline:
        return Deadline(job.deadline.at - RESERVE).within(self.seconds)

    def _told(self, answer: Answer) -> dict[str, Any]:
        cost = self.prices and self.prices.of(answer.tokens_in, answer.tokens_out)
        tokens = {"tokens_in": answer.tokens_in, "tokens_out": answer.tokens_out}
        return {"ms": answer.ms, "cost": cost, **tokens}

    def _attempt(self, outcome: AttemptOutcome, reason: str, told: Mapping[str, Any]) -> Attempt:
        return Attempt(by="model", model=self.model, outcome=outcome, reason=reason, **told)

    def _broken(self, error: Exception, attempts: Sequence[Attempt]) -> Rewritten:
        late = isinstance(error, TimeoutError)
        reason = "" if late else type(error).__name__
        last = self._attempt("timeout" if late else "error", reason, {})
        return Rewritten(None, (*attempts, last))


def checked(candidates: int, rounds: int, seconds: float) -> None:
    """Raises:
    ValueError: a number is out of range.
    """
    if not 1 <= candidates <= MOST_CANDIDATES:
        raise ValueError(f"candidates must be from 1 to {MOST_CANDIDATES}")
    if rounds not in (1, 2):
        raise ValueError("rounds must be 1 or 2")
    if not seconds > 0:
        raise ValueError("seconds must be more than 0")


def _judged(
    text: str, job: Job, known: Known, deadline: Deadline
) -> Generator[_Check, Any, tuple[AttemptOutcome, str]]:
    """Whether a candidate may go out."""
    draft = job.turn.draft
    if text == draft.strip():
        return "still_flagged", "nothing was changed"
    if fault := strayed(draft, text, known):
        return fault.outcome, fault.reason
    if leaks(text, job):
        return "worse", "it repeats what was asked for"
    if not deadline.left:
        return "timeout", "no time was left to audit it"
    second: Second = yield _Check(text)
    return second.outcome, second.reason


def _last_passed(attempts: Sequence[Attempt]) -> int:
    return max(i for i, one in enumerate(attempts) if one.outcome == "passed")


def _likeness(draft: str, text: str) -> float:
    return SequenceMatcher(None, draft.split(), text.split()).ratio()


def _known(job: Job) -> Known:
    turn = job.turn
    said = [m.content for m in turn.messages if m.role in ("user", "assistant")]
    return Known(
        said="\n".join((*said, *turn.beliefs)),
        given=given(job),
        danger=in_danger(job),
        found=_sentences(job, [f.span for f in job.findings]),
        false=_sentences(job, [f.span for f in job.findings if f.label in _UNTRUE]),
    )


def _sentences(job: Job, spans: Sequence[Span | None]) -> tuple[Span, ...]:
    """The sentences of the draft that these spans lie in."""
    wrong = [span for span in spans if span is not None and span.source == "draft"]
    return tuple(
        one.span
        for one in job.report.audit.sentences
        if any(one.span.start < span.end and span.start < one.span.end for span in wrong)
    )
