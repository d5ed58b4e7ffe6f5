"""Receipts: the report on a reply, found on whatever an SDK made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from guard.clients.seam import Receipt
from guard.report import Report

RECEIPT = "guard"
_WAYS = ("http_response", "response", "_response", "_raw_stream", "_raw_response")
_DEEPEST = 4


def report_of(thing: Any) -> Report | None:
    """The report on a reply; None where there is none, or none yet.

    Takes what the SDK gives: a completion, a response, a chunk, a choice, a stream or a stream
    helper, a raw response, an httpx response. A reply with several choices has the gravest of
    theirs; each choice has its own.
    """
    own = getattr(thing, "__dict__", {}).get("guard")
    if isinstance(own, Report):
        return own
    for _ in range(_DEEPEST):
        extensions = getattr(thing, "extensions", None)
        if isinstance(extensions, dict):
            receipt = extensions.get(RECEIPT)
            return receipt.report if isinstance(receipt, Receipt) else None
        thing = next((got for way in _WAYS if (got := getattr(thing, way, None)) is not None), None)
    return None


def attach(value: Any, response: Any, *, dump: bool) -> Any:
    """Put the reports on a model that the SDK made of a response, as its attribute `guard`.

    It stands beside the model's fields, so that `model_dump()` leaves it out; with `dump`, among
    its extra fields.
    """
    receipt = response.extensions.get(RECEIPT)
    if not isinstance(receipt, Receipt) or receipt.report is None:
        return value
    _put(value, receipt.report, dump=dump)
    choices = getattr(value, "choices", None)
    for at, choice in enumerate(choices if isinstance(choices, list) else ()):
        index = getattr(choice, "index", at)
        if (report := receipt.of(index if isinstance(index, int) else at)) is not None:
            _put(choice, report, dump=False)
    return value


def _put(value: Any, report: Report, *, dump: bool) -> None:
    if not hasattr(type(value), "model_fields"):
        return
    extra = getattr(value, "__pydantic_extra__", None)
    if dump and isinstance(extra, dict):
        extra["guard"] = report
    else:
        value.__dict__["guard"] = report


def hook(client: Any, *, dump: bool) -> None:
    """Have a client of an SDK put reports on what it makes of responses. On this client alone."""
    made: Callable[..., Any] = client._process_response_data
    processed: Callable[..., Any] = client._process_response

    def process_response_data(*, data: Any, cast_to: Any, response: Any) -> Any:
        value = made(data=data, cast_to=cast_to, response=response)
        return attach(value, response, dump=dump)

    def process_response(*, options: Any, response: Any, **others: Any) -> Any:
        after = options.post_parser
        if callable(after):
            # `parse` makes a model of its own out of the first.
            options.post_parser = lambda value: attach(after(value), response, dump=dump)
        return processed(options=options, response=response, **others)

    client._process_response_data = process_response_data
    client._process_response = process_response
