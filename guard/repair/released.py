"""What goes out where the beginning of the draft has gone out: nothing of it can be taken back."""

from __future__ import annotations

from guard.delivery import Delivery
from guard.repair.job import Job
from guard.repair.repair import Repaired
from guard.repair.second import second_audit
from guard.report import Reply


def going_on(job: Job, done: Repaired, delivery: Delivery) -> Repaired:
    """The repaired draft, so that it begins with what was released.

    Where it begins otherwise, it follows after what was released, if a second audit passes both
    together. If not, the packs' fallback follows: what was released was audited by itself.
    """
    reply, attempts = done
    released = delivery.released
    if delivery.gone:
        changed = released != job.turn.draft
        return Reply(text=released, action="release", changed=changed), attempts
    if reply.text.startswith(released):
        return done
    start = released.rstrip()
    start = released if start != released else f"{start}\n\n" if start else ""
    both = start + reply.text
    if reply.action != "rewrite" or second_audit(job.report, both, job.audit).outcome == "passed":
        return reply.model_copy(update={"text": both, "changed": True}), attempts
    return Reply(text=start + job.fallback, action="fallback", changed=True), attempts
