"""The tree over the ledger: one short value that stands for every event up to a point, and can be compared.

The Merkle tree of RFC 6962 (section 2.1) over SHA-256. Entries are hashed under 0x00 and pairs under 0x01, so
that neither can pass for the other. A tree of n entries is kept as its whole subtrees only, at most one a
level, so that entries can be added for ever at log2(n) values of memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

_ENTRY, _PAIR = b"\x00", b"\x01"
NOTHING = hashlib.sha256(b"").digest()
"""The root of a tree without entries."""


def entry(content: bytes) -> bytes:
    """The 32 bytes that stand for one entry."""
    return hashlib.sha256(_ENTRY + content).digest()


def pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_PAIR + left + right).digest()


class Growing:
    """A tree that only grows: its size, and the roots of its whole subtrees by level (2**level entries)."""

    def __init__(self, size: int = 0, nodes: Mapping[int, bytes] | None = None) -> None:
        """Raises ValueError when the subtrees are not those of a tree of this size."""
        self.size = size
        self.nodes = dict(nodes or {})
        if set(self.nodes) != {level for level in range(size.bit_length()) if size >> level & 1}:
            raise ValueError(f"these are not the subtrees of a tree of {size} entries")

    def extend(self, entries: Iterable[bytes]) -> None:
        """Adds entries, already hashed, in order."""
        row = list(entries)
        self.size += len(row)
        level = 0
        while row:
            if level in self.nodes:
                row.insert(0, self.nodes.pop(level))
            if len(row) & 1:
                self.nodes[level] = row.pop()
            sha = hashlib.sha256
            row = [
                sha(_PAIR + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)
            ]
            level += 1

    def root(self) -> bytes:
        """The root over everything added so far."""
        found: bytes | None = None
        for level in sorted(self.nodes):
            found = self.nodes[level] if found is None else pair(self.nodes[level], found)
        return NOTHING if found is None else found

    def copy(self) -> Growing:
        return Growing(self.size, self.nodes)


def root(entries: Sequence[bytes]) -> bytes:
    """The root over entries that are hashed already."""
    tree = Growing()
    tree.extend(entries)
    return tree.root()


def proof(entries: Sequence[bytes], earlier: int) -> list[bytes]:
    """What shows that the tree over `entries` continues the one over the first `earlier` of them.

    The consistency proof of RFC 6962, section 2.1.2. Raises ValueError for an `earlier` that is not in it.
    """
    if not 0 <= earlier <= len(entries):
        raise ValueError(f"a tree of {len(entries)} entries has no state of {earlier}")
    if earlier in (0, len(entries)):
        return []
    return _subproof(entries, earlier, is_whole=True)


def _subproof(entries: Sequence[bytes], earlier: int, *, is_whole: bool) -> list[bytes]:
    count = len(entries)
    if earlier == count:
        return [] if is_whole else [root(entries)]
    split = 1 << ((count - 1).bit_length() - 1)
    if earlier <= split:
        return [*_subproof(entries[:split], earlier, is_whole=is_whole), root(entries[split:])]
    return [*_subproof(entries[split:], earlier - split, is_whole=False), root(entries[:split])]


def continues(
    *, earlier: int, earlier_root: bytes, later: int, later_root: bytes, shown: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the later tree only added to the earlier one.

    RFC 9162, section 2.1.4.2. Needs no event and no database: whoever holds an old head can ask it.
    """
    if earlier > later or earlier < 0:
        return False
    if earlier == later:
        return not shown and earlier_root == later_root
    if earlier == 0:
        return not shown and earlier_root == NOTHING
    path = list(shown)
    if earlier & (earlier - 1) == 0:
        path.insert(0, earlier_root)
    if not path:
        return False
    left, right = earlier - 1, later - 1
    while left & 1:
        left, right = left >> 1, right >> 1
    old = new = path[0]
    for step in path[1:]:
        if right == 0:
            return False
        if left & 1 or left == right:
            old, new = pair(step, old), pair(step, new)
            while not left & 1 and left:
                left, right = left >> 1, right >> 1
        else:
            new = pair(new, step)
        left, right = left >> 1, right >> 1
    return old == earlier_root and new == later_root and right == 0
