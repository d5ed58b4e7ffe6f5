"""The seam: which requests are audited, how their replies are read, and the guard's part in it.

Neither sync nor async: `transport.py` has the I/O.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakValueDictionary

from guard._around import NOWHERE, Around
from guard._session import ain_force, in_force, without_packs
from guard.clients.drafts import Asked
from guard.clients.jsontext import Pointer
from guard.clients.parts import Dialect
from guard.clients.paths import route
from guard.clients.steps import Check, Core, Known, Probe
from guard.clients.streams import Hold, Streaming
from guard.clients.whole import whole
from guard.delivery import Delivery, Drafter
from guard.errors import GuardError
from guard.guard import Guard
from guard.log.events import logger
from guard.policy import HIGH_RISK, disposition
from guard.repair.fallback import fallback_for
from guard.repair.job import FOREVER
from guard.report import Reply, Report
from guard.turn import ROLES, Message, Turn

MARK = "guard.audited"
"""Extension of a request that a guard has taken care of: no second one does."""

_MOST_KNOWN = 1000  # replies that will be fetched later
# Who may see a request, whom it is counted for, and how hard the model thinks: it answers the same
# person about the same matter.
_SETTINGS = ("provider", "reasoning_effort", "safety_identifier", "service_tier", "store", "user")
_MOST_SHOWN = 20  # rules named in a header


@dataclass(slots=True)
class Receipt:
    """What is known of a reply, as it becomes known: the reports, by the choice each is about."""

    prevented: bool = False
    reports: list[tuple[int, Report]] = field(default_factory=list)

    @property
    def report(self) -> Report | None:
        """The gravest of the reports; None as long as there is none."""
        return max((one for _, one in self.reports), key=_gravity, default=None)

    def of(self, choice: int) -> Report | None:
        """The gravest report on one of the replies."""
        mine = (one for at, one in self.reports if at == choice)
        return max(mine, key=_gravity, default=None)

    def headers(self) -> dict[str, str]:
        """The same in short, for the headers of the response: ids and names of outcomes only."""
        report = self.report
        if report is None:
            return {}
        rules = sorted({one.rule for _, each in self.reports for one in each.findings})
        said = {
            "x-guard-outcome": report.verdict.outcome,
            "x-guard-action": report.reply.action,
            "x-guard-rules": ",".join(rules[:_MOST_SHOWN]),
        }
        return said | ({"x-guard-fault": report.verdict.fault} if report.verdict.fault else {})


def _gravity(report: Report) -> tuple[int, int]:
    outcomes, actions = ("pass", "unknown", "flag"), ("release", "annotate", "rewrite", "fallback")
    return actions.index(report.reply.action), outcomes.index(report.verdict.outcome)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done about one request. `content` is what is sent; `refused` why it isn't. `settings`
    are fields that would hold for a request about the same reply."""

    dialect: Dialect
    asked: Asked = field(repr=False)
    content: bytes = field(repr=False)
    prevented: bool = False
    refused: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Seam:
    """How a client's requests are audited. Made by `wrap`, and shared by all its transports.

    `refuse`: whether calls are refused whose replies can't be audited; else each is logged.
    `around` is what was said around the request that it is for, once there is one. `known` are
    requests whose replies will be fetched later; `kept` the HTTP clients that were wrapped, by the
    id of the one that was given. `drafter` is who is asked by one request.
    """

    guard: Guard
    streaming: Streaming | None = None
    fields: tuple[Pointer, ...] = ()
    asides: bool = True
    paragraph: str | None = None
    dump: bool = False
    refuse: bool = True
    unfit: GuardError | None = None
    around: Around = NOWHERE
    drafter: Drafter | None = field(default=None, compare=False, repr=False)
    known: dict[str, Asked] = field(default_factory=dict, compare=False, repr=False)
    kept: WeakValueDictionary[int, Any] = field(
        default_factory=WeakValueDictionary, compare=False, repr=False
    )

    def here(self) -> Seam:
        """The seam as the session around a request has it, and goes on having it wherever and
        whenever the reply is read. Where a pack of the session does not fit, nothing is judged."""
        try:
            return self._over(in_force(self.guard))
        except GuardError as error:
            return replace(self._over(without_packs(self.guard)), streaming="full", unfit=error)

    async def ahere(self) -> Seam:
        """The same without blocking the event loop."""
        try:
            return self._over(await ain_force(self.guard))
        except GuardError as error:
            return replace(self._over(without_packs(self.guard)), streaming="full", unfit=error)

    def _over(self, guard: Guard) -> Seam:
        around = Around.here()
        if guard is self.guard:
            return self if around == NOWHERE else replace(self, around=around)
        # To let streams go unaudited was chosen for the laxer mode.
        lax = self.streaming == "observe" and guard.mode != self.guard.mode
        streaming = "full" if lax else self.streaming
        return replace(self, guard=guard, streaming=streaming, around=around)

    def plan(self, method: str, path: str, content: bytes) -> Plan | None:
        """What is done about a request; None if it passes untouched."""
        request = _parsed(content)
        way = route(method, path, request)
        if way is None:
            return None
        if way.refused and not self.refuse:
            logger().warning("unaudited_call", what=way.refused.partition(" are ")[0])
            return None
        if way.refused:
            return Plan(way.dialect, Asked(), b"", refused=way.refused)
        if way.stored:
            # With its messages where they are known.
            known = self.known.get(way.key) if way.key else None
            asked = known or Asked(fields=self.fields, asides=self.asides, unheard=True)
            return Plan(way.dialect, replace(asked, streams=False, later=False), content)
        asked = replace(way.dialect.asked(request), fields=self.fields, asides=self.asides)
        paragraph = self.paragraph if request else None
        added = way.dialect.instructed(request, paragraph) if paragraph else None
        if added is not None:
            content = json.dumps(added, ensure_ascii=False).encode(errors="surrogatepass")
        return Plan(way.dialect, asked, content, added is not None, settings=_settings(request))

    def remember(self, step: Known) -> None:
        """Keep what was asked of a reply that comes later; of the latest ones only."""
        self.known[step.key] = step.asked
        for key in list(self.known)[:-_MOST_KNOWN]:  # a copy: other threads remember as well
            self.known.pop(key, None)

    def core(self, plan: Plan, media: str) -> tuple[Core, Callable[[], tuple[Check, ...]]]:
        """What reads the reply: as a stream if it says so, or was asked for and doesn't say
        otherwise. And what tells what is to be recorded when the caller goes away."""
        streams = "event-stream" in media or (plan.asked.streams and "json" not in media)
        asked = replace(plan.asked, streams=streams)
        if not streams:
            return whole(plan.dialect, asked, prevented=plan.prevented), tuple
        hold = Hold(plan.dialect, asked, self.policy, prevented=plan.prevented)
        return hold.run(), hold.left

    @property
    def policy(self) -> Streaming:
        """How streams are held: what was asked for, except that danger to life allows but one."""
        if not HIGH_RISK.isdisjoint(self.guard.judge.certain):
            return "full"
        if self.streaming is None:
            return "observe" if self.guard.mode == "observe" else "earned"
        return self.streaming

    @property
    def patience(self) -> float:
        """Seconds that an audit of the beginning of a draft may take."""
        return FOREVER if self.guard.deadline is None else self.guard.deadline

    def check(self, step: Check) -> Report:
        """Carry out a step. Whatever fails is `unknown`."""
        turn = turn_of(step.asked, step.draft.choice, step.draft.text)
        if self.unfit is not None:
            return self.failed(step, turn, self.unfit)
        try:
            with self.around.again():
                return self.guard.check(turn, delivery=self._delivery(step))
        except Exception as error:
            return self.failed(step, turn, error)

    async def acheck(self, step: Check) -> Report:
        """The same without blocking the event loop."""
        turn = turn_of(step.asked, step.draft.choice, step.draft.text)
        if self.unfit is not None:
            return self.failed(step, turn, self.unfit)
        try:
            with self.around.again():
                return await self.guard.acheck(turn, delivery=self._delivery(step))
        except Exception as error:
            return self.failed(step, turn, error)

    def _delivery(self, step: Check) -> Delivery:
        return (
            step.delivery if self.drafter is None else replace(step.delivery, drafter=self.drafter)
        )

    @property
    def asks_drafter(self) -> bool:
        """Whether a rewriter asks whoever wrote the draft."""
        return any(getattr(one, "asks_drafter", False) for one in self.guard.rewriters)

    def failed(self, step: Check, turn: Turn, error: Exception) -> Report:
        """The report where a check has raised: nothing was judged, or nothing was recorded."""
        logger().error("check_failed", error=type(error).__name__)
        judge = self.guard.judge
        report = judge.unjudged(turn, "error", type(error).__name__)
        action = disposition(report.verdict, self.guard.mode)
        reply = Reply(text=turn.draft, action=action)
        if action == "fallback":
            text = step.delivery.released + fallback_for(judge.rules, report, turn.draft, turn.user)
            reply = Reply(text=text, action=action, changed=True)
        return report.model_copy(update={"reply": reply})

    def probe(self, step: Probe) -> Report:
        """Audit the beginning of a draft."""
        return self.guard.audit(turn_of(step.asked, step.draft.choice, step.draft.text))


def _settings(request: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: request[name] for name in _SETTINGS if request.get(name) is not None}
    reasoning = request.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, Mapping) else None
    return said if effort is None else {**said, "reasoning_effort": effort}


def turn_of(asked: Asked, choice: int, draft: str) -> Turn:
    """The turn that a request and a draft make. What can't be read of the messages is left out."""
    messages = tuple(
        message for one in asked.heard(choice) if (message := _message(one)) is not None
    )
    return Turn(messages=messages, draft=draft)


def _message(one: Mapping[str, Any]) -> Message | None:
    role = one.get("role")
    if role not in ROLES:
        return None
    content = one.get("content") if one.get("content") is not None else one.get("refusal")
    if isinstance(content, str):
        return Message(role=role, content=content)
    parts = content if isinstance(content, list) else []
    texts = [
        part if isinstance(part, str) else part.get("text", part.get("refusal"))
        for part in parts
        if isinstance(part, str | Mapping)
    ]
    text = "\n\n".join(one for one in texts if isinstance(one, str) and one)
    # A message of tool results alone is none of the user's.
    return Message(role=role, content=text) if text or isinstance(content, str) or not parts or (
        role != "user"
    ) else None  # fmt: skip


def _parsed(content: bytes) -> Mapping[str, Any]:
    try:
        request = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return request if isinstance(request, dict) else {}
