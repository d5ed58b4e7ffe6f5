"""The Merkle tree: published roots, and proofs that hold for what is so and for nothing else."""

from __future__ import annotations

import hashlib
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.log.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_ranges,
    consistent,
    included,
    inclusion_ranges,
    node,
    proof,
    root_of,
)

# The leaves and roots that the Certificate Transparency implementations test with.
CT_LEAVES = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]  # fmt: skip
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
SIZES = st.integers(1, 130)


def leaves(size: int) -> list[bytes]:
    return [hashlib.sha256(b"\0" + i.to_bytes(4, "big")).digest() for i in range(size)]


def naive(hashes: list[bytes]) -> bytes:
    """The recursive definition of RFC 6962, section 2.1."""
    if len(hashes) <= 1:
        return hashes[0] if hashes else EMPTY_ROOT
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return node(naive(hashes[:k]), naive(hashes[k:]))


def inclusion(hashes: list[bytes], index: int) -> list[bytes]:
    return proof(inclusion_ranges(index, len(hashes)), lambda a, b: root_of(hashes[a:b]))


def consistency(hashes: list[bytes], old: int) -> list[bytes]:
    return proof(consistency_ranges(old, len(hashes)), lambda a, b: root_of(hashes[a:b]))


@pytest.mark.parametrize("size", CT_ROOTS)
def test_roots_are_those_that_certificate_transparency_publishes(size: int) -> None:
    hashed = [hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in CT_LEAVES[:size]]

    assert root_of(hashed).hex() == CT_ROOTS[size]


@given(st.integers(0, 300))
def test_the_frontier_gives_the_root_of_the_definition(size: int) -> None:
    assert root_of(leaves(size)) == naive(leaves(size))


@given(SIZES, st.data())
def test_every_leaf_can_be_proved_and_only_at_its_place(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path, root = inclusion(hashes, index), root_of(hashes)

    assert included(hashes[index], index, size, path, root)
    assert all(
        not included(hashes[index], other, size, path, root)
        for other in range(size)
        if other != index
    )


@given(SIZES, st.data())
def test_every_older_tree_can_be_proved_to_precede(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    hashes = leaves(size)

    assert consistent(old, size, consistency(hashes, old), root_of(hashes[:old]), root_of(hashes))


@given(SIZES, st.data())
def test_a_proof_with_any_bit_changed_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    hashes = leaves(size)
    path, root = inclusion(hashes, index), root_of(hashes)
    bit = data.draw(st.integers(0, 255))
    parts = [hashes[index], root, *path]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], bit)

    assert not included(parts[0], index, size, parts[2:], parts[1])


@given(st.integers(2, 130), st.data())
def test_a_consistency_proof_with_any_bit_changed_proves_nothing(
    size: int, data: st.DataObject
) -> None:
    old = data.draw(st.integers(1, size - 1))
    hashes = leaves(size)
    parts = [root_of(hashes[:old]), root_of(hashes), *consistency(hashes, old)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))

    assert not consistent(old, size, parts[2:], parts[0], parts[1])


@given(SIZES, st.lists(st.binary(min_size=32, max_size=32), max_size=10), st.data())
def test_made_up_proofs_prove_nothing(size: int, path: list[bytes], data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size + 2))
    forged = data.draw(st.binary(min_size=32, max_size=32))

    assert not included(forged, index, size, path, root_of(hashes))
    assert not consistent(index, size, path, forged, root_of(hashes))


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_frontier_can_be_put_down_and_taken_up_again(first: int, more: int) -> None:
    hashes = leaves(first + more)
    tree = Frontier()
    for leaf in hashes[:first]:
        tree.append(leaf)

    again = Frontier(tree.size, tree.nodes)
    reduce(lambda _, leaf: again.append(leaf), hashes[first:], None)

    assert again.root() == naive(hashes)


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_ranges(index, size)


def flipped(value: bytes, bit: int) -> bytes:
    number = int.from_bytes(value, "big") ^ 1 << bit
    return number.to_bytes(len(value), "big")
