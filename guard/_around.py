"""What was said around a call, kept for a reply that is read later, elsewhere: the session, and
what the log should say of the turn. It holds no text of the conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from guard._session import Opened, reopened, session
from guard.log.about import NOTHING, About, current, said_again


@dataclass(frozen=True, slots=True)
class Around:
    """Made where a call is made. Where nothing was said there, what is said around the reading
    counts."""

    opened: Opened | None = field(default=None, repr=False)
    about: About = field(default=NOTHING, repr=False)

    @classmethod
    def here(cls) -> Around:
        """What is said around this point."""
        return cls(session.current(), current())

    @contextmanager
    def again(self) -> Iterator[None]:
        """Within, it is said again. Don't `yield` to a caller in there: it is said in its context,
        too."""
        with reopened(self.opened), said_again(self.about):
            yield


NOWHERE = Around()
