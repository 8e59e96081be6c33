"""The ties as FollowTheMoney entities, one a line: people, the links between them, and groups as recorded.

What kind of tie it is nobody said, so it is an UnknownLink. Positions and communities stay out: they are
this analysis's, and another tool would take them for facts. Format: https://followthemoney.tech (MIT).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from pathways.analysis.picture.ties import Known, Ties


def entities(ties: Ties, known: Known) -> Iterator[dict[str, object]]:
    """`id`, `schema` and `properties` (each a list of texts) of every entity; ids are made of contents."""
    inside = set(ties.people)
    outside = [who for members in known.groups.values() for who in members if who not in inside]
    for name in (*ties.people, *dict.fromkeys(outside)):
        yield _entity("Person", (name,), name=name, idNumber=name)
    lines = zip(ties.source.tolist(), ties.target.tolist(), ties.weight.tolist(), strict=True)
    for one, other, weight in lines:
        ends = ties.people[one], ties.people[other]
        said = {"summary": f"weight {weight:g}"} if ties.is_weighted else {}
        role = "recorded tie, from subject to object" if ties.is_directed else "recorded tie"
        subject, object_ = (_id("Person", (end,)) for end in ends)
        yield _entity("UnknownLink", ends, subject=subject, object=object_, role=role, **said)
    for group, members in known.groups.items():
        yield _entity("Organization", (group,), name=group)
        for member in members:
            yield _entity("Membership", (group, member), member=_id("Person", (member,)),
                          organization=_id("Organization", (group,)), role="recorded member")  # fmt: skip


def lines(ties: Ties, known: Known) -> str:
    """All of them as text, one JSON a line, as the `followthemoney` package reads it."""
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in entities(ties, known))


def _entity(schema: str, of: tuple[str, ...], **properties: str) -> dict[str, object]:
    said = {key: [value] for key, value in properties.items()}
    return {"id": _id(schema, of), "schema": schema, "properties": said}


def _id(schema: str, of: tuple[str, ...]) -> str:
    """Letters, digits and a dash only, whatever is in a name."""
    return f"{schema.lower()}-{hashlib.sha256(json.dumps([schema, *of]).encode()).hexdigest()[:32]}"
