"""Where a text stands in an object: paths into dicts, lists, pydantic models and other objects.

A path says names and numbers, with dots (`choices.0.message.content`) or as a JSON pointer
(`/choices/0/message/content`); `*` stands for each item of a list. Reading changes nothing, and
writing gives a copy: the object that was passed stays as it is.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from guard.errors import InputError

Path = tuple[str, ...]
EACH = "*"
_MISSING = object()


def dotted(path: str) -> Path:
    """The steps of a path with dots.

    Raises:
        InputError: a step is empty.
    """
    steps = tuple(path.split("."))
    if not all(steps):
        raise InputError(f"the path {path!r} has an empty step")
    return steps


def pointer(path: str) -> Path:
    """The steps of a JSON pointer (RFC 6901); the empty one is the whole.

    Raises:
        InputError: it neither is empty nor starts with a slash.
    """
    if path and not path.startswith("/"):
        raise InputError(f"the JSON pointer {path!r} must start with a slash")
    steps = path.split("/")[1:]
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps)


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """What stands at a place: the exact path to it, and `key`, the same with an item of a list
    under the `index` that it gives itself, as the choices of a stream do."""

    path: Path
    key: Path
    value: Any


def found(root: Any, path: Path) -> Iterator[Found]:
    """What stands at a path; nothing where there is none."""
    if not path:
        yield Found((), (), root)
        return
    step, rest = path[0], path[1:]
    steps = map(str, range(len(root))) if step == EACH and _is_list(root) else (step,)
    for exact in steps:
        below = _step(root, exact)
        if below is _MISSING:
            continue
        name = _own_index(below, exact) if _is_list(root) else exact
        for one in found(below, rest):
            yield Found((exact, *one.path), (name, *one.key), one.value)


def put(root: Any, path: Path, value: Any) -> Any:
    """A copy with something else at an exact path; what is beside the path is shared, not copied.

    Raises:
        InputError: there is no such place, or it cannot be written.
    """
    if not path:
        return value
    below = _step(root, path[0])
    if below is _MISSING:
        raise InputError(f"there is no {path[0]!r} in a {type(root).__name__}")
    return _with(root, path[0], put(below, path[1:], value))


def _own_index(item: Any, place: str) -> str:
    index = _step(item, "index")
    return str(index) if isinstance(index, int) and not isinstance(index, bool) else place


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _step(root: Any, step: str) -> Any:
    if isinstance(root, Mapping):
        return root.get(step, _MISSING)
    if _is_list(root):
        try:
            return root[int(step)]
        except (ValueError, IndexError):
            return _MISSING
    if step.startswith("_") or root is None or isinstance(root, str | bytes | int | float):
        return _MISSING
    return getattr(root, step, _MISSING)


def _with(root: Any, step: str, value: Any) -> Any:
    if isinstance(root, BaseModel):
        return root.model_copy(update={step: value})
    if isinstance(root, tuple):
        items = [*root[: int(step)], value, *root[int(step) + 1 :]]
        return type(root)(*items) if hasattr(root, "_fields") else type(root)(items)
    try:
        other = copy.copy(root)
        if isinstance(other, Mapping):
            other[step] = value  # type: ignore[index]
        elif _is_list(other):
            other[int(step)] = value
        elif dataclasses.is_dataclass(other):
            object.__setattr__(other, step, value)
        else:
            setattr(other, step, value)
    except (TypeError, AttributeError) as error:
        raise InputError(
            f"{step!r} of a {type(root).__name__} cannot be written ({type(error).__name__}); "
            "give text=(read, write)"
        ) from None
    return other
