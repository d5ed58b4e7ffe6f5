"""SameModel: the model that wrote a draft writes it again, asked over the client that asked for it.

What is asked, and what may go out, is `ModelRewriter`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from guard.delivery import Drafter
from guard.log.events import logger
from guard.repair.breaker import Breaker
from guard.repair.job import Job, Rewritten
from guard.repair.model.connect import imported, warmed
from guard.repair.model.rewriter import SECONDS, ModelRewriter, Prices, checked
from guard.report import Attempt

UNKNOWN = (
    "no client is known that asked for this draft: wrap yours with this guard, or give "
    "Guard(rewriter=ModelRewriter(model, client=...))"
)


class SameModel:
    """Rewrites flagged drafts with the model that wrote them, at the address, with the key and with
    the headers that the draft was asked for with.

        guard = Guard(mode="rewrite", rewriter="model")  # or rewriter=SameModel(candidates=3)
        client = guard.wrap(OpenAI())

    It sees who wrote a draft where that came through a client that the guard wraps. Of other drafts
    it says so, in the report and once in an event, and the offline rewriter has its turn.

    Args:
        candidates, rounds, seconds, prices, extra: as for `ModelRewriter`.
        breaker: None for those that the process shares, one for each address.

    Raises:
        MissingExtraError: the extra `openai` is not installed.
        ValueError: a number is out of range.
    """

    by: Literal["model"] = "model"
    asks_drafter = True

    def __init__(
        self,
        *,
        candidates: int = 2,
        rounds: int = 2,
        seconds: float = SECONDS,
        prices: Prices | None = None,
        extra: Mapping[str, Any] | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        checked(candidates, rounds, seconds)
        imported()
        import openai

        with openai.OpenAI(api_key="none", base_url="http://127.0.0.1") as client:
            warmed(client)
        self.candidates = candidates
        self.rounds = rounds
        self.seconds = seconds
        self.prices = prices
        self.extra = dict(extra or {})
        self.breaker = breaker
        self._said = False

    def rewrite(self, job: Job) -> Rewritten:
        """Rewrite, on the calling thread."""
        one = self._rewriter(job.drafter)
        return self._unknown() if one is None else one.rewrite(job)

    async def arewrite(self, job: Job) -> Rewritten:
        """The same without blocking the event loop; cancelling it ends the call to the model."""
        one = self._rewriter(job.drafter)
        return self._unknown() if one is None else await one.arewrite(job)

    def _rewriter(self, drafter: Drafter | None) -> ModelRewriter | None:
        if drafter is None:
            return None
        import openai

        kind: Any = openai.OpenAI if drafter.sync else openai.AsyncOpenAI
        # The key and all other headers are put in by what `connect` makes.
        client = kind(
            api_key="none", base_url=drafter.address, http_client=drafter.connect(), max_retries=0
        )
        return ModelRewriter(
            drafter.model,
            client=client,
            candidates=self.candidates,
            rounds=self.rounds,
            seconds=self.seconds,
            prices=self.prices,
            extra={**drafter.settings, **self.extra},
            breaker=self.breaker,
        )

    def _unknown(self) -> Rewritten:
        if not self._said:
            self._said = True
            logger().warning("drafter_unknown", do=UNKNOWN)
        return Rewritten(None, (Attempt(by="model", outcome="error", reason=UNKNOWN),))
