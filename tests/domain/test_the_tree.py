"""The tree over the ledger: what it says of its entries, and what an old head can be shown."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.domain.governance import tree

some = st.lists(st.binary(max_size=8), max_size=80).map(lambda each: [tree.entry(one) for one in each])


def plainly(entries: list[bytes]) -> bytes:
    """The definition of RFC 6962, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return entries[0]
    split = 1
    while split * 2 < len(entries):
        split *= 2
    return hashlib.sha256(b"\x01" + plainly(entries[:split]) + plainly(entries[split:])).digest()


def test_the_published_roots_are_met():
    """The test vectors of Certificate Transparency's reference implementation."""
    contents = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243")]
    entries = [tree.entry(one) for one in contents]
    assert tree.root(entries[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert tree.root(entries[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert tree.root(entries[:3]).hex() == "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"


@given(some)
def test_the_root_is_that_of_the_definition(entries):
    assert tree.root(entries) == plainly(entries)


@given(some, st.lists(st.integers(0, 20), max_size=12))
def test_a_tree_grown_in_steps_is_the_tree_grown_at_once(entries, steps):
    grown, taken = tree.Growing(), 0
    for step in [*steps, len(entries)]:
        grown.extend(entries[taken : taken + step])
        taken = min(taken + step, len(entries))
        grown = tree.Growing(grown.size, grown.nodes)  # kept and read back
        assert (grown.size, grown.root()) == (taken, plainly(entries[:taken]))


@given(some, st.data())
def test_every_earlier_state_is_shown_to_continue(entries, data):
    earlier = data.draw(st.integers(0, len(entries)))
    assert tree.continues(
        earlier=earlier,
        earlier_root=tree.root(entries[:earlier]),
        later=len(entries),
        later_root=tree.root(entries),
        shown=tree.proof(entries, earlier),
    )


@given(some.filter(len), st.data())
def test_no_proof_covers_a_changed_past(entries, data):
    earlier = data.draw(st.integers(1, len(entries)))
    where = data.draw(st.integers(0, earlier - 1))
    changed = [*entries]
    changed[where] = tree.entry(b"something else entirely")
    assert not tree.continues(
        earlier=earlier,
        earlier_root=tree.root(entries[:earlier]),
        later=len(changed),
        later_root=tree.root(changed),
        shown=tree.proof(changed, earlier),
    )


@given(some.filter(lambda each: len(each) > 1), st.data())
def test_a_proof_that_is_cut_or_touched_shows_nothing(entries, data):
    earlier = data.draw(st.integers(1, len(entries) - 1))
    shown = tree.proof(entries, earlier)
    which = data.draw(st.integers(0, len(shown) - 1))
    bad = data.draw(
        st.sampled_from(
            [
                shown[:which] + shown[which + 1 :],
                [*shown[:which], bytes(32), *shown[which + 1 :]],
                [*shown, bytes(32)],
            ]
        )
    )
    assert not tree.continues(
        earlier=earlier,
        earlier_root=tree.root(entries[:earlier]),
        later=len(entries),
        later_root=tree.root(entries),
        shown=bad,
    )


def test_a_tree_cannot_be_taken_up_with_subtrees_of_another_size():
    with pytest.raises(ValueError, match="subtrees"):
        tree.Growing(3, {0: bytes(32)})
    with pytest.raises(ValueError, match="no state"):
        tree.proof([bytes(32)], 2)
