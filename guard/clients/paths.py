"""Paths: which requests are audited, by what their replies are read, and which are refused because
what comes of them could not be audited. All others pass untouched. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guard.clients.anthropic import MESSAGES
from guard.clients.chat import CHAT, LEGACY, STORED
from guard.clients.parts import Dialect
from guard.clients.responses import ITEM, ITEMS, RESPONSES

_MADE: tuple[tuple[re.Pattern[str], Dialect], ...] = (
    (re.compile(r"/chat/completions/?$"), CHAT),
    (re.compile(r"/responses/?$"), RESPONSES),
    (re.compile(r"/v1/messages/?$"), MESSAGES),
    (re.compile(r"/completions/?$"), LEGACY),
)
# What was said before, and is given again: by method, path and, where it has one, its id.
_STORED: tuple[tuple[str, re.Pattern[str], Dialect], ...] = (
    ("GET", re.compile(r"/chat/completions/?$"), STORED),
    ("GET|POST", re.compile(r"/chat/completions/([^/]+)/?$"), CHAT),
    ("GET", re.compile(r"/responses/([^/]+)/?$"), RESPONSES),
    ("POST", re.compile(r"/responses/([^/]+)/cancel/?$"), RESPONSES),
    ("GET", re.compile(r"/responses/[^/]+/input_items/?$"), ITEMS),
    ("GET", re.compile(r"/conversations/[^/]+/items/?$"), ITEMS),
    ("GET", re.compile(r"/conversations/[^/]+/items/[^/]+/?$"), ITEM),
)
_BATCHES = re.compile(r"(?<!/messages)/batches/?$")

_LATER = "their replies come as files, which it does not audit"
_ELSEWHERE = "the model speaks to the user by a way of its own, on which nothing is audited"
_HOSTED = "the conversation is kept elsewhere, and its replies are not audited"
_REFUSED: tuple[tuple[str, re.Pattern[str], str, str], ...] = tuple(
    (methods, re.compile(f"(?:{path})/?$"), what, why)
    for methods, path, what, why in (
        ("POST", r"/threads(/[^/]+)?/runs(/[^/]+/submit_tool_outputs)?", "Assistants", _HOSTED),
        ("GET|POST", r"/threads/[^/]+/messages/[^/]+", "Assistants", _HOSTED),
        ("GET", r"/threads/[^/]+/(messages|runs/[^/]+/steps(/[^/]+)?)", "Assistants", _HOSTED),
        ("POST", r"/agents/sessions", "Sessions of hosted agents", _HOSTED),
        (
            "GET|POST",
            r"/agents/sessions/[^/]+/(events|items|turns|subagents|traces|artifacts)(/.*)?",
            "Sessions of hosted agents",
            _HOSTED,
        ),
        (
            "GET|POST",
            r"/v1/sessions/[^/]+/(events|threads)(/.*)?",
            "Sessions of hosted agents",
            _HOSTED,
        ),
        ("POST", r"/chatkit/sessions", "ChatKit sessions", _ELSEWHERE),
        ("GET", r"/chatkit/threads/[^/]+/items", "ChatKit threads", _HOSTED),
        (
            "POST",
            r"/realtime/(sessions|(translations/)?client_secrets|calls(/[^/]+/accept)?)",
            "Realtime sessions",
            _ELSEWHERE,
        ),
        (
            "GET|POST",
            r"/live/sessions(/[^/]+/(accept|attach|fork|content))?",
            "Live sessions",
            _ELSEWHERE,
        ),
        ("POST", r"/v1/messages/batches", "Batches of messages", _LATER),
        ("GET", r"/v1/messages/batches/[^/]+/results", "Batches of messages", _LATER),
        (
            "POST",
            r"/v1/complete",
            "Text completions in Anthropic's old form",
            "it cannot read them",
        ),
    )
)
_INSTEAD = (
    "Use chat completions, Responses or messages; or a client that is not wrapped, and audit what "
    "it gives with `Guard.check` before anybody sees it."
)


@dataclass(frozen=True, slots=True)
class Route:
    """How the reply to a request is read. `stored`: it was asked for before, under this id if there
    is one. `refused`: why there will be none."""

    dialect: Dialect
    stored: bool = False
    key: str | None = None
    refused: str | None = None


def concerns(method: str, path: str) -> bool:
    """Whether requests like this are looked at."""
    if method == "POST" and (_BATCHES.search(path) or any(one.search(path) for one, _ in _MADE)):
        return True
    return _of_stored(method, path) is not None or _refused(method, path) is not None


def route(method: str, path: str, request: Mapping[str, Any]) -> Route | None:
    """What is done about a request; None if it passes untouched."""
    if (why := _refused(method, path)) is not None:
        return Route(CHAT, refused=why)
    if (stored := _of_stored(method, path)) is not None:
        return stored
    if _BATCHES.search(path):
        return _batch(str(request.get("endpoint", "")))
    return Route(next(dialect for one, dialect in _MADE if one.search(path)))


def _of_stored(method: str, path: str) -> Route | None:
    for methods, pattern, dialect in _STORED:
        if method in methods.split("|") and (found := pattern.search(path)):
            return Route(dialect, stored=True, key=found[1] if pattern.groups else None)
    return None


def _refused(method: str, path: str) -> str | None:
    for methods, pattern, what, why in _REFUSED:
        if method in methods.split("|") and pattern.search(path):
            return f"{what} are refused by the guard: {why}. {_INSTEAD}"
    return None


def _batch(endpoint: str) -> Route | None:
    if not any(pattern.search(endpoint) for pattern, _ in _MADE):
        return None
    why = (
        f"Batches for {endpoint[:40]} are refused by the guard: {_LATER}. Make the calls one by "
        "one, or make the batch with a client that is not wrapped and audit its replies with "
        "`guard audit` before anybody sees them."
    )
    return Route(CHAT, refused=why)
