"""Guard: one turn, from left to right.

    turn -> read -> examine -> find -> decide -> repair -> record

The first four are one plain function of their inputs, `judge.py`: no clock, no network, no state,
the same answer every time, safe to call from many threads. That is `audit`. `check` adds the edges.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from guard._protect import Protect
from guard._session import ain_force, in_force
from guard.arguments import Failing, log_of, overrides_of, refuse_unknown, rewriter_of, turn_of
from guard.delivery import WHOLE, Delivery
from guard.judge import Judge, Settings
from guard.log import Recorder, record_event
from guard.log.context import now_about
from guard.log.events import tell
from guard.models.encoder import DEFAULT_CACHE, Encoder
from guard.more import MorePacks
from guard.offload import awithin, to_its_end
from guard.opinions import SecondOpinion, aconsulted, consulted
from guard.packs.conditions import Role
from guard.packs.firing import NOTHING
from guard.packs.prompt import paragraph
from guard.packs.prompt import prompt as prompt_of
from guard.packs.schema import Override, Rule
from guard.packs.watch import Watch
from guard.policy import disposition
from guard.repair import Annotation, Deadline, Job, Rewriter, arepair, repair
from guard.repair.job import FOREVER
from guard.repair.offline import OfflineRewriter
from guard.repair.released import going_on
from guard.report import Inference, Mode, Report
from guard.settings import in_arguments
from guard.steps import ain_time, audited, audits, in_time, job_of, unheard, with_reply
from guard.text.document import Documents
from guard.text.limits import Limits
from guard.turn import Turn

if TYPE_CHECKING:
    from guard.log.log import Log

Client = TypeVar("Client")
DEADLINE = 5.0  # seconds for one turn, all together


class Guard:
    """Audits drafts, and carries out what the rule packs ask for.

    Make one and share it: it loads a model, is never changed by a turn, and may be used from any
    number of threads.

    Args:
        mode: `observe` never changes anything but records what it would have done; `annotate` puts
            findings in the report; `rewrite` does what the rules ask for:
            annotate, rewrite, or send a fallback text; `block` sends the packs' fallback text in
            place of a flagged draft.
        packs: names of packs that ship or are installed, `.yaml` files, or folders of them, in
            force beside the base pack, which always is. `auto` among them adds, turn by turn, the
            known packs that the conversation is about; the report says which and why.
        emotion_inference: `full`; `stated`, only emotions that the user names; `off`, the draft is
            audited alone.
        risk_cues: with `off`, whether the message is still read for cues of danger.
        encoder: None for the trained model that ships, or a `Reader`, which several guards can
            share; or the name or path of a
            sentence-transformers model (needs the extra), or an object with `encode` and `digest`,
            which have no trained heads, so that the packs' exemplars judge.
        role: what the deployment is to its users: `assistant`, `companion`, `peer`, `coach` or
            `clinical`; rules may look at it.
        overrides: by rule id, what this deployment changes: `enabled`, `at_least`, `severity`,
            `action`.
        reload: look so often, in seconds, whether pack files have changed, and take up the change.
            A broken pack never replaces a good one: the old ones stay in force and an error is
            logged. None: files are read once.
        limits: how much text a turn may hold.
        cache: how much is remembered of what was read (messages; sentences with an encoder of your
            own); 0 turns it off.
        record: called with the report of each checked turn; by default a structlog event without
            any text. What it raises is logged and changes nothing.
        rewriter: rewrites flagged drafts with a language model (`guard.repair.model`). `"model"`:
            the one that wrote the draft, over the client that asked for it, which `wrap` knows.
            Where it has none that passes a second audit, and without one, the offline rewriter is
            asked.
        second_opinion: asked where the heads are unsure, such as a language model
            (`guard.repair.model.ModelJudge`). It can make a verdict graver, and never clears one.
        annotation: where findings are shown when a flagged draft goes out as it is: in the report
            alone (`report`), in a `note` after the draft that people can read, or in a `trailer`,
            one last line that programs can read (`guard.repair.read_trailer`).
        if_rewrite_fails: what is done where no rewrite passed its second audit: `fallback`, the
            packs' text, or `annotate`. With a pack for danger to life it is always `fallback`.
        deadline: seconds that `check` may take, audit and rewrite together. An audit that is not
            done by then makes the outcome `unknown`. None: however long it takes.
        log: the compliance log that checked turns are recorded in, or where it is: a file, or the
            URL of a PostgreSQL database. See `guard.log.Log`; a guard of a high-risk pack does not
            send a flagged draft whose record is durable nowhere.

    Raises:
        PackError: a pack is missing or not valid.
        EncoderError: the encoder cannot be loaded.
        MissingExtraError: a sentence-transformers encoder was asked for without the extra, or a
            language model that rewrites.
        ValueError: `mode`, `role`, `rewriter` or `emotion_inference` is none of the names above, or
            `risk_cues` is False though emotions are inferred.
    """

    def __init__(
        self,
        mode: Mode = "annotate",
        *,
        packs: Sequence[str | Path] | str = (),
        emotion_inference: Inference = "full",
        risk_cues: bool = True,
        encoder: str | Encoder | None = None,
        role: Role = "assistant",
        overrides: Mapping[str, Override | Mapping[str, Any]] | None = None,
        reload: float | None = None,
        limits: Limits | None = None,
        cache: int = DEFAULT_CACHE,
        record: Recorder = record_event,
        rewriter: Rewriter | Literal["model"] | None = None,
        second_opinion: SecondOpinion | None = None,
        annotation: Annotation = "report",
        if_rewrite_fails: Failing = "fallback",
        deadline: float | None = DEADLINE,
        log: Log | str | Path | None = None,
    ) -> None:
        refuse_unknown(
            mode=mode,
            emotion_inference=emotion_inference,
            role=role,
            annotation=annotation,
            if_rewrite_fails=if_rewrite_fails,
        )
        if not risk_cues and emotion_inference != "off":
            raise ValueError('risk_cues=False goes with emotion_inference="off" only')
        if deadline is not None and not deadline > 0:
            raise ValueError("deadline must be more than 0 seconds, or None")
        self.mode: Mode = mode
        self.inference: Inference = emotion_inference
        self.limits = limits or Limits()
        self.annotation: Annotation = annotation
        self.if_rewrite_fails: Failing = if_rewrite_fails
        self.deadline = deadline
        self.rewriters: tuple[Rewriter, ...] = (*rewriter_of(rewriter), OfflineRewriter())
        self.second_opinion = second_opinion
        self._record = record
        self.log = log_of(log)
        settings = Settings(mode, emotion_inference, not risk_cues, self.limits, role)
        changes = overrides_of(overrides or {})
        packs = (packs,) if isinstance(packs, str) else tuple(packs)
        judge = Judge.of(settings, packs, changes, encoder, cache)
        self._judges: Watch[Judge] = Watch(
            judge,
            lambda: Judge.of(settings, packs, changes, judge.encoder, cache),
            lambda one: one.files,
            packs,
            reload,
        )
        self.more = MorePacks(packs, changes, self._judges.current, cache, reload)

    @classmethod
    def configured(cls, file: str | Path | None = None, **arguments: Any) -> Guard:
        """A guard as this deployment has set it: `guard.toml`, then environment variables, then
        these arguments, the later winning. See `guard.settings`; arguments that are None do not
        count, and those that are no settings (`encoder`, `limits`, ...) are handed on.

        Raises:
            SettingsFileError: a setting is not valid, or its file cannot be read.
            ModelSetupError: the address of a language model is not safe, or it has no key.
        """
        return cls(**in_arguments(file, arguments))

    @property
    def judge(self) -> Judge:
        """What judges now; another one after a change of packs, if `reload` is set."""
        return self._judges.current()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force, in the order of their packs."""
        return tuple(ready.rule for ready in self.judge.rules.rules)

    @property
    def documents(self) -> Documents:
        """What splits texts into sentences and matches the packs' patterns."""
        return self.judge.rules.documents

    @property
    def protect(self) -> Protect:
        """Decorates a function so that what it answers is checked by this guard before its caller
        gets it: `@guard.protect` or `@guard.protect(user="question")`."""
        return Protect(self)

    def audit(
        self,
        turn: Turn | None = None,
        *,
        user: str | None = None,
        draft: str | None = None,
        messages: Iterable[Any] | None = None,
    ) -> Report:
        """Audit one turn: read, examine, find, decide. Changes nothing and records nothing.

        Give a `Turn`, or `user` and `draft`, or `messages` in OpenAI's form and `draft`. The same
        turn always gives the same report; `timings` are empty.

        Raises:
            InputError: the arguments do not make a turn.
        """
        return audited(self.judge, turn_of(turn, user, draft, messages))

    def check(
        self,
        turn: Turn | None = None,
        *,
        user: str | None = None,
        draft: str | None = None,
        messages: Iterable[Any] | None = None,
        delivery: Delivery = WHOLE,
    ) -> Report:
        """Audit one turn, carry out the verdict, and record it. `report.reply.text` goes out.

        What a `guard.session` around it asks for is in force as well. A fault inside the audit does
        not raise: the outcome is then `unknown`, and is recorded. `delivery` is for whoever sends a
        draft piece by piece.

        Raises:
            InputError: the arguments do not make a turn.
        """
        self = in_force(self)
        started = time.perf_counter()
        deadline = Deadline.after(self.deadline)
        given = turn_of(turn, user, draft, messages)
        judge = self.judge
        report, lowered = unheard(judge, given, delivery), NOTHING
        report = report or in_time(judge, given, deadline)
        if self.second_opinion is not None:
            report, lowered = consulted(
                self.second_opinion, audits(judge), judge.rules, given, report, deadline
            )
        done_audit = time.perf_counter()
        job = job_of(judge, given, report, deadline, lowered, delivery)
        action = "release" if delivery.gone else disposition(report.verdict, self.mode)
        done = repair(job, action, self.rewriters, self.annotation, self.if_rewrite_fails)
        done = going_on(job, done, delivery)
        return self._keep(with_reply(report, done, delivery, started, done_audit), job)

    async def acheck(
        self,
        turn: Turn | None = None,
        *,
        user: str | None = None,
        draft: str | None = None,
        messages: Iterable[Any] | None = None,
        delivery: Delivery = WHOLE,
    ) -> Report:
        """`check` without blocking the event loop: audits and records run on a few threads.

        Cancelling it ends a rewrite that is under way; nothing is recorded then.

        Raises:
            InputError: the arguments do not make a turn.
        """
        self = await ain_force(self)
        started = time.perf_counter()
        deadline = Deadline.after(self.deadline)
        given = turn_of(turn, user, draft, messages)
        judge = self.judge
        report, lowered = unheard(judge, given, delivery), NOTHING
        report = report or await ain_time(judge, given, deadline)
        if self.second_opinion is not None:
            report, lowered = await aconsulted(
                self.second_opinion, audits(judge), judge.rules, given, report, deadline
            )
        done_audit = time.perf_counter()
        job = job_of(judge, given, report, deadline, lowered, delivery)
        action = "release" if delivery.gone else disposition(report.verdict, self.mode)
        done = await arepair(job, action, self.rewriters, self.annotation, self.if_rewrite_fails)
        if delivery.released or delivery.gone:
            done = await awithin(FOREVER, going_on, job, done, delivery)
        report = with_reply(report, done, delivery, started, done_audit)
        return now_about(await to_its_end(self._keep, report, job))

    def _keep(self, report: Report, job: Job) -> Report:
        if self.log is not None:
            from guard.log.durable import kept

            report = now_about(kept(self.log, report, job.turn, lambda: job.fallback))
        tell(self._record, report)
        return report

    def prompt(self, packs: Iterable[str | Path] = ()) -> str:
        """The paragraph of these packs for a system prompt; by default of those that this guard
        uses on every turn.

        Raises:
            PackError: a pack is missing or not valid.
        """
        certain = self.judge.certain
        mine = [one for one in self.judge.rules.packs if one.id in certain]
        return prompt_of(packs) if tuple(packs) else paragraph(mine)

    def wrap(self, client: Client, **options: Any) -> Client:
        """A client of the `openai` or `anthropic` package like the one given, all of whose replies
        this guard audits; see `guard.clients.wrapping` for its options.

        Raises:
            TypeError: it is no such client.
            ValueError: an option is not valid.
        """
        from guard.clients import wrap

        return wrap(client, self, **options)
