"""Bodies that come in one piece: read to the end, audited, and given back as they were, except for
the texts that change. Pure: what is to be read or checked is asked for in steps."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any

from guard.clients.drafts import Asked, Draft
from guard.clients.jsontext import edited
from guard.clients.parts import Dialect, Edit, Piece
from guard.clients.settle import finished, settle, slots_of
from guard.clients.steps import NEED, Broken, Check, Core, Done, Emit, Known, Step
from guard.delivery import Delivery
from guard.report import Fault

MOST = 8 << 20
"""Bytes of a body that is read, once decompressed."""


def whole(dialect: Dialect, asked: Asked, *, prevented: bool = False) -> Core:
    """The body of a reply, audited."""
    content = bytearray()
    while (chunk := (yield NEED)) is not None:
        if isinstance(chunk, Broken):
            return  # what has broken off is no JSON: no text of it could be read
        content += chunk
        if len(content) > MOST:
            yield from unread(dialect, asked, b"", "oversize")
            return
    raw = bytes(content)
    try:
        text = raw.decode()
        body = json.loads(text)
    except (ValueError, RecursionError):
        yield from unread(dialect, asked, raw, "error")
        return
    if not isinstance(body, dict):
        yield from unread(dialect, asked, raw, "error")
        return
    part = dialect.body(body, asked)
    if asked.later and part.key:
        yield Known(part.key, asked)
    delivery = Delivery(fault="error" if asked.unheard else None, prevented=prevented)
    settled = yield from settle(slots_of(part.pieces), asked, delivery)
    edits = finished(part, settled)
    for piece in part.pieces:
        if piece.key in settled.new:
            edits += edits_of(piece, settled.new[piece.key])
    yield Emit(edited(text, edits).encode() if edits else raw)


def edits_of(piece: Piece, text: str) -> list[Edit]:
    """What changes in a body or event so that this text stands in place of a piece's."""
    value = json.loads(text) if piece.document else text
    return [(piece.place, value), *piece.clear]


def unread(dialect: Dialect, asked: Asked, raw: bytes, fault: Fault) -> Generator[Step, Any, None]:
    """What goes out where it can't be told what a reply says: what the policy has for a draft that
    wasn't audited, the reply as it came or the fallback text."""
    if not raw.strip() and fault != "oversize":
        yield Emit(raw)
        return
    report = yield Check(asked, Draft(0, "", ()), Delivery(fault=fault))
    yield Done(((0, report),))
    kept = bool(raw) and report.reply.action != "fallback"
    yield Emit(raw if kept else dialect.substitute(asked, report.reply.text))
