"""Message and Turn: what goes in. A turn is a conversation and the draft that is about to be sent.

Texts are kept as the caller passed them, with one exception: a lone surrogate, which is no
character at all and cannot be encoded, becomes U+FFFD. It is one for one, so offsets still hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from guard.errors import InputError

Role = Literal["system", "developer", "user", "assistant", "tool", "function"]
ROLES: tuple[Role, ...] = get_args(Role)
MOST_BELIEFS = 20
_SURROGATE = re.compile("[\ud800-\udfff]")


def _without_surrogates(value: object) -> object:
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_without_surrogates)]


_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Message(BaseModel):
    """One message of the conversation: who said it, and the text of it."""

    model_config = _FROZEN

    role: Role
    content: Annotated[Text, Field(repr=False)]


class Turn(BaseModel):
    """The conversation so far, ending in the user's latest message, and the draft reply to it.

    `beliefs` are claims that the caller knows to be false and the draft must not adopt; a pack's
    known beliefs need not be repeated here.

    Make one with `Turn.of(user, draft)`, `Turn.from_messages(messages, draft)` or
    `Turn.from_dict(row)`. Its JSON form, `model_dump_json()`, has these fields and round-trips.
    """

    model_config = _FROZEN

    messages: tuple[Message, ...]
    draft: Annotated[Text, Field(repr=False)] = ""
    beliefs: Annotated[tuple[Text, ...], Field(repr=False, max_length=MOST_BELIEFS)] = ()

    @cached_property
    def _latest_user(self) -> int:
        places = (i for i in reversed(range(len(self.messages))) if self.messages[i].role == "user")
        return next(places, -1)

    @property
    def user(self) -> str:
        """The user's latest message, which spans of source `user` index; empty if there is none."""
        return self.messages[self._latest_user].content if self._latest_user >= 0 else ""

    @property
    def context(self) -> tuple[Message, ...]:
        """What was said before the user's latest message."""
        return self.messages[: max(self._latest_user, 0)]

    @classmethod
    def of(cls, user: str, draft: str = "", context: Iterable[Any] = ()) -> Turn:
        """Make a turn from a user message and a draft.

        Args:
            user: the user's latest message.
            draft: the reply about to be sent.
            context: what came before: messages as dicts, SDK objects or `Message`s.

        Raises:
            InputError: an argument is not text, or a message of the context cannot be read.
        """
        if not isinstance(user, str):
            raise InputError(f"user must be a str, not {type(user).__name__}")
        earlier = _messages(context, "context")
        return cls._made((*earlier, Message(role="user", content=user)), draft)

    @classmethod
    def from_messages(cls, messages: Iterable[Any], draft: str | None = None) -> Turn:
        """Make a turn from a list of chat messages in OpenAI's form.

        Text parts of one message are joined by a blank line; images and other parts have no text
        and are left out. Without `draft`, a final assistant message is taken to be the draft.

        Raises:
            InputError: a message has no known role, or content that is neither text nor parts.
        """
        read = _messages(messages, "messages")
        if draft is None and read and read[-1].role == "assistant":
            return cls._made(read[:-1], read[-1].content)
        return cls._made(read, "" if draft is None else draft)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Turn:
        """Make a turn from `{"user", "draft", "context"?}` or `{"messages", "draft"?}`, either with
        `"beliefs"?`, a list of claims that the draft must not adopt.

        Other keys are ignored, so that rows of a data set can be passed as they are.

        Raises:
            InputError: neither `user` nor `messages` is there, or a value has the wrong type.
        """
        if not isinstance(row, Mapping):
            raise InputError(f"a turn must be an object, not {type(row).__name__}")
        if row.get("messages") is not None:
            turn = cls.from_messages(row["messages"], row.get("draft"))
            return turn.with_beliefs(row.get("beliefs"))
        if "user" not in row:
            raise InputError("a turn needs the field 'user' (and 'draft') or 'messages'")
        draft = row.get("draft")
        context = row.get("context")
        turn = cls.of(
            row["user"], "" if draft is None else draft, () if context is None else context
        )
        return turn.with_beliefs(row.get("beliefs"))

    def with_draft(self, draft: str) -> Turn:
        """The same conversation with another draft.

        Raises:
            InputError: the draft is not text.
        """
        return self._made(self.messages, draft, self.beliefs)

    def with_beliefs(self, beliefs: Iterable[str] | None) -> Turn:
        """The same turn, and claims that the draft must not adopt; None for none.

        Raises:
            InputError: there are more than 20, or one is not text.
        """
        if beliefs is None:
            return self
        if isinstance(beliefs, str) or not isinstance(beliefs, Iterable):
            raise InputError(f"beliefs must be a list of texts, not {type(beliefs).__name__}")
        listed = tuple(beliefs)
        if len(listed) > MOST_BELIEFS or not all(isinstance(b, str) for b in listed):
            raise InputError(f"beliefs must be at most {MOST_BELIEFS} texts")
        return self._made(self.messages, self.draft, listed)

    @classmethod
    def _made(
        cls, messages: tuple[Message, ...], draft: object, beliefs: tuple[str, ...] = ()
    ) -> Turn:
        if not isinstance(draft, str):
            raise InputError(f"draft must be a str, not {type(draft).__name__}")
        return cls(messages=messages, draft=draft, beliefs=beliefs)


def _messages(given: object, name: str) -> tuple[Message, ...]:
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InputError(f"{name} must be a list of messages, not {type(given).__name__}")
    return tuple(_message(item, f"{name}[{i}]") for i, item in enumerate(given))


def _message(item: object, where: str) -> Message:
    if isinstance(item, Message):
        return item
    if isinstance(item, BaseModel):
        item = item.model_dump()
    if not isinstance(item, Mapping):
        raise InputError(
            f"{where} must be an object with role and content, not {type(item).__name__}"
        )
    role = next((role for role in ROLES if role == item.get("role")), None)
    if role is None:
        raise InputError(f"{where}.role must be one of {', '.join(ROLES)}")
    content = item.get("content")
    # A refusal is what the user sees in place of content.
    return Message(
        role=role, content=_content(item.get("refusal") if content is None else content, where)
    )


def _content(content: object, where: str) -> str:
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list | tuple):
        return "\n\n".join(text for part in content if (text := _part(part, where)))
    raise InputError(
        f"{where}.content must be text or a list of parts, not {type(content).__name__}"
    )


def _part(part: object, where: str) -> str:
    if isinstance(part, str):
        return part
    if isinstance(part, BaseModel):
        part = part.model_dump()
    if not isinstance(part, Mapping):
        raise InputError(
            f"{where}.content has a part that is a {type(part).__name__}, not an object"
        )
    text = part.get("text", part.get("refusal"))
    return text if isinstance(text, str) else ""
