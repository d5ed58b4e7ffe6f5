"""From the places of a reply where text stands to the drafts that are audited, and back. Pure.

What the formats of an API look like is not known here, nor what is wrong with a draft.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from guard.clients.jsontext import Pointer, edited, matches, strings
from guard.report import Report

Kind = Literal["text", "json", "arguments", "aside"]
"""What stands in a slot: text for the user, a JSON document for the user, arguments of a tool, or
text beside the reply, such as a summary of reasoning."""

Key = tuple[str | int, ...]
BETWEEN = "\n\n"  # parts of one reply, which are audited as one draft
PROSE = 3  # words from which a text in a JSON document is prose, where no pointers say so


@dataclass(frozen=True, slots=True)
class Slot:
    """A text of the reply, in full. `choice` says which of the replies it belongs to."""

    key: Key
    choice: int
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What is audited as one: texts of one reply joined, or one text within a JSON document."""

    choice: int
    text: str
    slots: tuple[Slot, ...]
    place: Pointer | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a request matters for its reply: the messages, whether the reply is a JSON document,
    what its schema fixes, which fields of documents and of tools' arguments users see, and whether
    they see what stands beside the reply. `many`: each message has so many replies of its own.
    `later`: the reply is fetched."""

    messages: tuple[Mapping[str, Any], ...] = ()
    streams: bool = False
    document: bool = False
    schema: Any = None
    fields: tuple[Pointer, ...] = ()
    asides: bool = True
    many: int = 0
    model: str = ""
    later: bool = False

    def audits(self, kind: Kind) -> bool:
        """Whether texts of this kind are audited; the others pass as they come."""
        if kind == "arguments":
            return bool(self.fields)
        return self.asides or kind != "aside"

    def heard(self, choice: int) -> tuple[Mapping[str, Any], ...]:
        """The messages that a reply answers; where each has replies of its own, that one."""
        if not self.many:
            return self.messages
        at = choice // self.many
        return self.messages[at : at + 1]


def drafts_of(slots: Iterable[Slot], asked: Asked) -> tuple[Draft, ...]:
    """The drafts in these texts, in their order; empty texts make none."""
    drafts: list[Draft] = []
    joined: dict[int, list[Slot]] = {}
    for slot in slots:
        if not slot.text.strip():
            continue
        within = _within(slot, asked)
        if within is not None:
            drafts += within
        elif slot.kind == "aside" and asked.asides:
            drafts.append(Draft(slot.choice, slot.text, (slot,)))
        elif slot.kind in ("text", "json"):
            joined.setdefault(slot.choice, []).append(slot)
    drafts += [
        Draft(choice, BETWEEN.join(slot.text for slot in together), tuple(together))
        for choice, together in joined.items()
    ]
    return tuple(sorted(drafts, key=lambda draft: draft.choice))


def _within(slot: Slot, asked: Asked) -> list[Draft] | None:
    """The drafts within a JSON document; None if it is none, and is to be read as text."""
    if slot.kind not in ("json", "arguments"):
        return None
    try:
        document = json.loads(slot.text)
    except (ValueError, RecursionError):
        return None
    return [
        Draft(slot.choice, text, (slot,), place)
        for place, text in strings(document)
        if _seen(place, text, slot.kind, asked)
    ]


def _seen(place: Pointer, text: str, kind: Kind, asked: Asked) -> bool:
    if asked.fields:
        return bool(text.strip()) and any(matches(place, wanted) for wanted in asked.fields)
    return kind == "json" and len(text.split()) >= PROSE and not _fixed(asked.schema, place)


def written(audited: Sequence[tuple[Draft, Report]], schema: Any = None) -> dict[Key, str]:
    """The new texts of the slots that change."""
    new: dict[Key, str] = {}
    documents: dict[Key, tuple[Slot, list[tuple[Pointer, str]]]] = {}
    for draft, report in audited:
        reply = report.reply.text
        if not report.reply.changed:
            continue
        if draft.place is not None:
            slot = draft.slots[0]
            fitting = _fitting(schema, draft.place, reply)
            documents.setdefault(slot.key, (slot, []))[1].append((draft.place, fitting))
        else:
            new |= _divided(draft.slots, reply)
    for key, (slot, edits) in documents.items():
        new[key] = edited(slot.text, edits)
    return new


def _divided(slots: Sequence[Slot], text: str) -> dict[Key, str]:
    """A reply that was joined from several texts, divided again: those with which it still begins
    keep theirs, the next takes what is left, and those after it are empty."""
    new = {}
    for slot in slots[:-1]:
        kept = slot.text + BETWEEN
        if text.startswith(kept):
            new[slot.key], text = slot.text, text[len(kept) :]
        else:
            new[slot.key], text = text, ""
    new[slots[-1].key] = text
    return new


def _fixed(schema: Any, place: Pointer) -> bool:
    """Whether a schema says what may stand there, so that it is no text of the model's."""
    return any(
        not {"enum", "const", "pattern", "format"}.isdisjoint(one)
        for one in _schemas(schema, place, schema)
    )


def _fitting(schema: Any, place: Pointer, text: str) -> str:
    """The text, cut between words to the length that a schema allows."""
    lengths = [one["maxLength"] for one in _schemas(schema, place, schema) if "maxLength" in one]
    most = min((n for n in lengths if isinstance(n, int)), default=len(text))
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0]


def _schemas(schema: Any, place: Pointer, root: Any, depth: int = 0) -> list[Mapping[str, Any]]:
    """The parts of a schema that speak of a place; references are followed, a bounded way."""
    if not isinstance(schema, Mapping) or depth > 50:
        return []
    found = []
    if not place:
        found.append(schema)
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        target: Any = root
        for part in reference.removeprefix("#").split("/")[1:]:
            target = target.get(part) if isinstance(target, Mapping) else None
        found += _schemas(target, place, root, depth + 1)
    for word in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(word) or ():
            found += _schemas(one, place, root, depth + 1)
    if place and isinstance(place[0], int):
        found += _schemas(schema.get("items"), place[1:], root, depth + 1)
    elif place:
        inner = schema.get("properties")
        one = inner.get(place[0]) if isinstance(inner, Mapping) else None
        found += _schemas(one, place[1:], root, depth + 1)
    return found
