"""What is wrong with a pack, in words that its author can use: where, what, and what was meant."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from guard.packs.yamls import Parsed

_SHOWN = 5


def faults_of(error: ValidationError, model: type[BaseModel], parsed: Parsed, where: str) -> str:
    """Up to five faults, each with file, line, column, its path, and the nearest valid key."""
    found = error.errors(include_url=False, include_input=False)
    listed = [
        _fault(fault["type"], fault["loc"], fault["msg"], model, parsed, where)
        for fault in found[:_SHOWN]
    ]
    more = len(found) - len(listed)
    return "; ".join(listed) + (f"; and {more} more" if more > 0 else "")


def _fault(
    kind: str,
    loc: tuple[str | int, ...],
    message: str,
    model: type[BaseModel],
    parsed: Parsed,
    where: str,
) -> str:
    unknown = kind == "extra_forbidden"
    line, column = parsed.place(loc, key=unknown)
    if unknown:
        valid = sorted(_keys(model, loc[:-1]))
        near = get_close_matches(str(loc[-1]), valid, n=1, cutoff=0.5)
        message = f"there is no such key; {'did you mean ' + near[0] if near else 'there are'}"
        message += "?" if near else f" {', '.join(valid)}"
    path = ".".join(map(str, loc)) or "pack"
    return f"{where}:{line}:{column}: {path}: {message.removeprefix('Value error, ')}"


def _keys(model: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    """The keys that a part of the model may have."""
    kinds: list[Any] = [model]
    for step in path:
        kinds = [inner for kind in kinds for inner in _step(kind, step)]
    return {
        field.alias or name
        for kind in kinds
        for one in _models(kind)
        for name, field in one.model_fields.items()
    }


def _step(kind: Any, step: str | int) -> Iterator[Any]:
    for model in _models(kind):
        for name, field in model.model_fields.items():
            if step in (name, field.alias):
                yield field.annotation
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (tuple, list) and isinstance(step, int):
        yield arguments[0]
    elif origin in (dict, Mapping):
        yield arguments[1]
    elif origin in (Union, types.UnionType):
        for argument in arguments:
            yield from _step(argument, step)
    elif hasattr(kind, "__metadata__"):
        yield from _step(arguments[0], step)


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    elif get_origin(kind) in (Union, types.UnionType) or hasattr(kind, "__metadata__"):
        for argument in get_args(kind):
            yield from _models(argument)
