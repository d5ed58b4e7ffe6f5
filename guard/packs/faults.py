"""What is wrong with a pack, in words that its author can use: where, what, and what was meant."""

from __future__ import annotations

import re
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import NoneType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from guard.errors import PackError
from guard.packs.conditions import IDENTIFIER
from guard.packs.schema import VERSION
from guard.packs.yamls import Parsed, parsed

Path_ = tuple[str | int, ...]

_PATTERNS = {
    IDENTIFIER: "small letters and digits in words joined by - _ or . are needed here",
    VERSION: 'three numbers are needed here, as in "1.0.0"',
}

_SHOWN = 5
_LONG = 40  # characters of a value that is quoted
_MANY = 4  # values that are listed though one of them is close
_KEYS = 8  # keys that are listed where some are needed
_QUOTED = re.compile(r"'([^']*)'")


def faults_of(error: ValidationError, model: type[BaseModel], document: Parsed, where: str) -> str:
    """Up to five faults, each with file, line, column, its path, and what was meant."""
    found = error.errors(include_url=False, include_input=False)
    # That a list is too short may only mean that one of its items is faulty.
    found = [fault for fault in found if not _follows(fault, found)]
    listed = [_fault(fault, model, document, where) for fault in found[:_SHOWN]]
    more = len(found) - len(listed)
    return "; ".join(listed) + (f"; and {more} more" if more > 0 else "")


def _follows(fault: ErrorDetails, others: Sequence[ErrorDetails]) -> bool:
    loc = fault["loc"]
    return fault["type"] == "too_short" and any(
        len(one["loc"]) > len(loc) and one["loc"][: len(loc)] == loc for one in others
    )


def _fault(fault: ErrorDetails, model: type[BaseModel], document: Parsed, where: str) -> str:
    kind, loc = fault["type"], fault["loc"]
    of_key = loc[-1:] == ("[key]",)
    loc = loc[:-1] if of_key else loc
    line, column = document.place(loc, key=of_key or kind == "extra_forbidden")
    value = str(loc[-1]) if of_key else document.value(loc)
    if kind == "extra_forbidden":
        message = f"there is no such key; {meant(str(loc[-1]), _keys(model, loc[:-1]))}"
    elif kind == "literal_error":
        allowed = _QUOTED.findall(fault.get("ctx", {}).get("expected", ""))
        message = _none_of(value, document.written(loc) if value is not None else "", allowed)
    elif kind == "string_type" and loc != ("version",):
        message = _bare(value, document.written(loc)) or "one text is needed here"
    elif kind == "tuple_type":
        written = document.written(loc)
        shown = f": [{written}]" if written and len(written) <= _LONG else ""
        message = f"a list is needed here{shown}"
    elif kind in ("dict_type", "model_type"):
        keys = sorted(_keys(model, loc))
        listed = f", such as {', '.join(keys[:_KEYS])}" if keys else ""
        message = f"keys and values are needed here{listed}"
    else:
        message = _said(kind, fault)
    path = ".".join(map(str, loc)) or "pack"
    return f"{where}:{line}:{column}: {path}: {message}"


def meant(word: str, valid: Iterable[str]) -> str:
    """The nearest of the valid words, or all of them."""
    listed = sorted(valid)
    near = get_close_matches(word, listed, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(listed)}"


def _none_of(value: object, written: str | None, allowed: Sequence[str]) -> str:
    """A word that is none of those that may stand there."""
    words = f"{', '.join(allowed[:-1])} or {allowed[-1]}" if len(allowed) > 1 else "".join(allowed)
    word = value if isinstance(value, str) else written
    if not word or len(word) > _LONG:
        return f"it must be {words}"
    if word in allowed:
        return _bare(value, written) or f"it must be {words}"
    near = get_close_matches(word, allowed, n=1, cutoff=0.6)
    if near and len(allowed) > _MANY:
        return f"{word!r} is not allowed; did you mean {near[0]}?"
    closest = f"did you mean {near[0]}? " if near else ""
    return f"{word!r} is not allowed; {closest}it must be {words}"


def _bare(value: object, written: str | None) -> str | None:
    """A word without quotes that YAML reads as something other than a text."""
    if isinstance(value, str | tuple | dict) or written is None:
        return None
    if value is None and written in ("", "~"):
        return "there is nothing here; write something or leave the key out"
    if isinstance(value, bool):
        read = "true" if value else "false"
    else:
        read = {int: "a number", float: "a number", NoneType: "nothing"}.get(type(value), "a date")
    return f'{written[:_LONG]} without quotes is read as {read}; put it in quotes: "{written}"'


def place_of(file: Path, rule: str | None, name: str) -> str:
    """File, line and column of where a rule, or what chooses the pack, names a pattern or a
    belief; the file alone if it has changed since."""
    try:
        document = parsed(file.read_bytes(), str(file))
    except (OSError, PackError):
        return str(file)
    rules = document.value(("rules",)) or ()
    numbers = [i for i, one in enumerate(rules) if one.get("id") == rule]
    start = ("rules", numbers[0]) if numbers else ("triggers",)
    path = next(_naming(document.value(start), name, start), start)
    line, column = document.place(path)
    return f"{file}:{line}:{column}"


def _naming(value: Any, name: str, path: Path_) -> Iterator[Path_]:
    """Paths at which a name stands as a pattern or a known belief."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _naming(inner, name, (*path, key))
    elif isinstance(value, tuple):
        for i, inner in enumerate(value):
            if inner == name and path[-1] in ("patterns", "known"):
                yield (*path, i)
            yield from _naming(inner, name, (*path, i))


def _said(kind: str, fault: ErrorDetails) -> str:
    """Other faults, in the words of the page about packs instead of a type's name."""
    limits = fault.get("ctx", {})
    words = {
        "missing": "this key is missing",
        "float_type": "a number is needed here, without quotes",
        "int_type": "a whole number is needed here, without quotes",
        "bool_type": "true or false is needed here, without quotes",
        "greater_than_equal": f"must be at least {limits.get('ge')}",
        "less_than_equal": f"must be at most {limits.get('le')}",
        "string_type": 'three numbers are needed here, as in "1.0.0"',
        "string_too_short": "must not be empty",
        "string_too_long": f"longer than {limits.get('max_length')} characters",
        "too_short": "must not be empty",
    }
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(limits.get("pattern", ""), fault["msg"])
    return words.get(kind, fault["msg"].removeprefix("Value error, "))


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
