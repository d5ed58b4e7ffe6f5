"""Generator functions that note what is said around the call that makes a generator. Python's own
begin with the first item, when a session around the call may be over.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from types import CodeType, MethodType
from typing import Any


class StreamingFunction:
    """A function that gives generators, and looks like a generator function to whoever inspects it.

    `inspect` takes what has a function's attributes for one. `__code__` is that of the function
    that was wrapped, which says of which kind it is.

    Args:
        function: the generator function that it stands for.
        make: called at once when a generator is asked for.
    """

    __code__: CodeType
    __defaults__: tuple[Any, ...] | None
    __kwdefaults__: dict[str, Any] | None

    def __init__(self, function: Callable[..., Any], make: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        for name in ("__code__", "__defaults__", "__kwdefaults__"):
            setattr(self, name, getattr(function, name))
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._make(*args, **kwargs)

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> str:
        # As functions are: by the name under which it is found.
        name: str = self.__qualname__  # type: ignore[attr-defined]
        return name

    def __repr__(self) -> str:
        return f"<protected {self.__wrapped__!r}>"  # type: ignore[attr-defined]
