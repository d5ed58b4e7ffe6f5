"""A guard that rewrites, one for all tests of repair that need no other, and its jobs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from guard import Guard, Turn
from guard.delivery import WHOLE
from guard.packs.firing import NOTHING
from guard.repair import Deadline, Job
from guard.steps import audited, job_of

MakeJob = Callable[..., Job]


@pytest.fixture(scope="session")
def job_for() -> MakeJob:
    """Makes the job of a turn: `job_for(user, draft)`."""
    guard = Guard(mode="rewrite", deadline=None)

    def made(user: str, draft: str = "Don't worry, sending hugs!") -> Job:
        turn = Turn.of(user, draft)
        return job_of(guard.judge, turn, audited(guard.judge, turn), Deadline(), NOTHING, WHOLE)

    return made
