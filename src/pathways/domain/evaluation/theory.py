"""The theory of change: how the programme is thought to work, as nodes and links that can be argued with.

A theory is one value; adding, changing, removing and linking each give another, so that every version can be
kept and two of them compared. A link says why one thing is thought to lead to the next and how well that is
known. Nothing here draws: `analysis.theory_drawing` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.evaluation.measures import NodeKind
from pathways.domain.terms.words import Worded

#: What a node can say, and how many there can be: a picture of more is read by nobody.
MOST_WORDS = 160
MOST_EVIDENCE = 600
MOST_NODES = 120
MOST_LINKS = 400


class Support(Worded):
    """How well it is known that one thing leads to the next."""

    ASSUMED = "assumed", "Assumed"
    EXPERIENCE = "experience", "Practice experience"
    RESEARCH = "research", "Research elsewhere"
    OWN_DATA = "own_data", "This programme’s own figures"


@dataclass(frozen=True, slots=True)
class Node:
    """One thing in the theory. `measures` are codes of the measures that would show it."""

    code: str
    kind: NodeKind
    words: str
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """One thing is thought to lead to another (for an assumption: to be needed for it)."""

    start: str
    end: str
    support: Support
    evidence: str = ""


class MalformedError(ValueError):
    """A document is no theory of change; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Theory:
    """Nodes in the order in which they were added, and links between them."""

    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()

    def node(self, code: str) -> Node | None:
        return next((one for one in self.nodes if one.code == code), None)

    def link(self, start: str, end: str) -> Link | None:
        return next((one for one in self.links if (one.start, one.end) == (start, end)), None)

    def of_kind(self, kind: NodeKind) -> tuple[Node, ...]:
        return tuple(one for one in self.nodes if one.kind is kind)

    def after(self, code: str) -> tuple[Link, ...]:
        return tuple(one for one in self.links if one.start == code)

    def before(self, code: str) -> tuple[Link, ...]:
        return tuple(one for one in self.links if one.end == code)

    def next_code(self) -> str:
        """N1, N2 …; a code that is in the theory is not given twice."""
        return f"N{max([int(one.code[1:]) for one in self.nodes] + [0]) + 1}"

    # --- changes: each gives another theory ----------------------------------------------------------------

    def with_node(self, node: Node) -> Theory:
        """With this node added, or in place of the one with its code."""
        if self.node(node.code) is None:
            return replace(self, nodes=(*self.nodes, node))
        return replace(self, nodes=tuple(node if one.code == node.code else one for one in self.nodes))

    def without_node(self, code: str) -> Theory:
        """Without this node and every link to or from it."""
        return Theory(
            tuple(one for one in self.nodes if one.code != code),
            tuple(one for one in self.links if code not in (one.start, one.end)),
        )

    def with_link(self, link: Link) -> Theory:
        if self.link(link.start, link.end) is None:
            return replace(self, links=(*self.links, link))
        ends = (link.start, link.end)
        return replace(
            self, links=tuple(link if (one.start, one.end) == ends else one for one in self.links)
        )

    def without_link(self, start: str, end: str) -> Theory:
        return replace(
            self, links=tuple(one for one in self.links if (one.start, one.end) != (start, end))
        )


_ORDER = {kind: place for place, kind in enumerate(NodeKind)}


def may_link(theory: Theory, start: str, end: str) -> Decision:
    """Whether one can be said to lead to the other: forwards only, so that there is never a circle.

    An assumption may lie under anything and nothing leads to it. Between two of one kind a link goes on only
    where no way leads back.
    """
    first, second = theory.node(start), theory.node(end)
    if first is None or second is None:
        return decision.no("One of the two is no longer in the theory of change.")
    if start == end:
        return decision.no("A thing cannot lead to itself. Choose two different ones.")
    if second.kind is NodeKind.ASSUMPTION:
        return decision.no("Nothing leads to an assumption. Link the assumption to what depends on it.")
    if first.kind is not NodeKind.ASSUMPTION and _ORDER[first.kind] > _ORDER[second.kind]:
        return decision.no(
            f"“{first.kind.label}” come after “{second.kind.label}”: a link goes forwards. Turn it round."
        )
    if _leads_to(theory, end, start):
        return decision.no("There is a way back from the second to the first already: no circles.")
    return decision.yes()


def may_be(theory: Theory, node: Node) -> Decision:
    """Whether this node can stand in the theory, new or changed, with the links that it has."""
    if theory.node(node.code) is None and len(theory.nodes) >= MOST_NODES:
        return decision.no(f"A theory of change has at most {MOST_NODES} parts. Join or remove some first.")
    changed = theory.with_node(node)
    for link in (*theory.before(node.code), *theory.after(node.code)):
        bare = changed.without_link(link.start, link.end)
        if not (answer := may_link(bare, link.start, link.end)):
            other = link.end if link.start == node.code else link.start
            why = f"Its link with {other} would not hold: {answer.reason} Take that link away first."
            return decision.no(why)
    return decision.yes()


def _leads_to(theory: Theory, start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        for link in theory.after(here):
            if link.end not in seen:
                seen.add(link.end)
                waiting.append(link.end)
    return False


# --- two versions ------------------------------------------------------------------------------------------


class Differing(Worded):
    """What happened to a part of the theory between two versions."""

    ADDED = "added", "Added"
    CHANGED = "changed", "Changed"
    REMOVED = "removed", "Removed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One node or link that is not the same in both; before and after in words, nothing where it is not."""

    how: Differing
    what: str
    before: str
    after: str


def compare(earlier: Theory, later: Theory) -> tuple[Difference, ...]:
    """What was added, changed and removed: nodes by code, then links."""
    nodes = differences(
        {one.code: _node_words(one) for one in earlier.nodes},
        {one.code: _node_words(one) for one in later.nodes},
    )
    links = differences(
        {f"{one.start} → {one.end}": _link_words(one) for one in earlier.links},
        {f"{one.start} → {one.end}": _link_words(one) for one in later.links},
    )
    return nodes + links


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """What is in one and not in the other, or says something else there: what was first, then what came."""
    found = []
    for what in [*before, *(name for name in after if name not in before)]:
        if what not in after:
            found.append(Difference(Differing.REMOVED, what, before[what], ""))
        elif what not in before:
            found.append(Difference(Differing.ADDED, what, "", after[what]))
        elif before[what] != after[what]:
            found.append(Difference(Differing.CHANGED, what, before[what], after[what]))
    return tuple(found)


def _node_words(one: Node) -> str:
    measures = f" Measures: {', '.join(one.measures)}." if one.measures else " No measure."
    return f"{one.kind.label}: {one.words}{measures}"


def _link_words(one: Link) -> str:
    return f"{one.support.label}. {one.evidence}".strip()


def in_words(theory: Theory) -> tuple[str, ...]:
    """The theory as sentences, for whoever does not see the picture: every node, and where it leads."""
    found = []
    for kind in NodeKind:
        for node in theory.of_kind(kind):
            onward = [after.words for link in theory.after(node.code) if (after := theory.node(link.end))]
            leads = "is needed for" if kind is NodeKind.ASSUMPTION else "leads to"
            way = f" It {leads}: {'; '.join(onward)}." if onward else " Nothing follows from it yet."
            if kind is NodeKind.IMPACT and not onward:
                way = ""
            found.append(f"{kind.label}, {node.code}: {node.words}.{way}")
    return tuple(found)


# --- as a document, and back -------------------------------------------------------------------------------

FORMAT = "pathways.theory-of-change"


def as_json(theory: Theory) -> dict[str, Any]:
    """The document as it is kept and exported; the same theory always gives the same bytes."""
    return {
        "format": FORMAT,
        "version": 1,
        "nodes": [
            {"code": one.code, "kind": one.kind.value, "words": one.words, "measures": list(one.measures)}
            for one in theory.nodes
        ],
        "links": [
            {"from": one.start, "to": one.end, "support": one.support.value, "evidence": one.evidence}
            for one in theory.links
        ],
    }


def from_json(body: Any, *, known: Iterable[str] | None = None) -> Theory:
    """The theory that a document holds; `known` are the measures there are, where that is to be checked.

    Raises MalformedError, which names the node or the link and says what is wrong.
    """
    if not isinstance(body, Mapping) or body.get("format") != FORMAT:
        raise MalformedError(f"A theory of change is a JSON object whose “format” is “{FORMAT}”.")
    nodes, links = body.get("nodes"), body.get("links")
    if not isinstance(nodes, list) or not isinstance(links, list):
        raise MalformedError("“nodes” and “links” have to be lists.")
    if len(nodes) > MOST_NODES or len(links) > MOST_LINKS:
        raise MalformedError(f"At most {MOST_NODES} nodes and {MOST_LINKS} links are taken.")
    measures = None if known is None else frozenset(known)
    theory = Theory()
    for place, said in enumerate(nodes, start=1):
        node = _node(said, place)
        if theory.node(node.code) is not None:
            raise MalformedError(f"Node {place}: the code {node.code} is there twice.")
        strange = [] if measures is None else sorted(set(node.measures) - measures)
        if strange:
            raise MalformedError(f"Node {node.code}: there is no measure {', '.join(strange)} here.")
        theory = theory.with_node(node)
    for place, said in enumerate(links, start=1):
        link = _link(said, place)
        if theory.link(link.start, link.end) is not None:
            raise MalformedError(f"Link {place}: {link.start} to {link.end} is there twice.")
        if not (answer := may_link(theory, link.start, link.end)):
            raise MalformedError(f"Link {place}, {link.start} to {link.end}: {answer.reason}")
        theory = theory.with_link(link)
    return theory


def _node(said: Any, place: int) -> Node:
    if not isinstance(said, Mapping):
        raise MalformedError(f"Node {place} has to be an object.")
    code, words = said.get("code"), said.get("words")
    if not isinstance(code, str) or not re.fullmatch(r"N\d{1,6}", code):
        raise MalformedError(f"Node {place}: its code has to be N and a number, such as N{place}.")
    if not isinstance(words, str) or not words.strip() or len(words.strip()) > MOST_WORDS:
        raise MalformedError(f"Node {code}: its words have to be between 1 and {MOST_WORDS} characters.")
    measures = said.get("measures", [])
    if not isinstance(measures, list) or not all(
        isinstance(one, str) and re.fullmatch(r"[MS]\d{1,4}", one) for one in measures
    ):
        raise MalformedError(f"Node {code}: its measures have to be a list of codes, such as [“M14”].")
    kind = _member(NodeKind, said.get("kind"), f"Node {code}: its kind")
    return Node(code, kind, " ".join(words.split()), tuple(dict.fromkeys(measures)))


def _link(said: Any, place: int) -> Link:
    if not isinstance(said, Mapping):
        raise MalformedError(f"Link {place} has to be an object.")
    start, end, evidence = said.get("from"), said.get("to"), said.get("evidence", "")
    if not isinstance(start, str) or not isinstance(end, str):
        raise MalformedError(f"Link {place} has to say “from” and “to”.")
    if not isinstance(evidence, str) or len(evidence) > MOST_EVIDENCE:
        raise MalformedError(f"Link {place}: its evidence has to be at most {MOST_EVIDENCE} characters.")
    support = _member(Support, said.get("support"), f"Link {place}: its support")
    return Link(start, end, support, evidence.strip())


def _member(enum: type[Worded], value: Any, where: str) -> Any:
    try:
        return enum(value)
    except ValueError:
        known = ", ".join(one.value for one in enum)
        raise MalformedError(f"{where} is “{value}”, and has to be one of {known}.") from None
