"""What is remembered, for how long, and that it is what was made."""

from __future__ import annotations

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from guard.models.lately import Lately


@given(st.integers(0, 4), st.lists(st.integers(0, 6), max_size=40))
def test_what_was_used_last_is_remembered(size: int, keys: list[int]) -> None:
    lately: Lately[int] = Lately(size)
    held: list[int] = []
    made: list[int] = []

    def double(key: int) -> int:
        made.append(key)
        return 2 * key

    for key in keys:
        before = len(made)

        found = lately.made(key, partial(double, key))

        assert found == 2 * key
        assert (len(made) > before) is (key not in held)
        held = [*(one for one in held if one != key), key][-size:] if size else []
