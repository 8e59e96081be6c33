"""Releases made once in a run of tests: counting and attacking the same rows again would say the same."""

from __future__ import annotations

from typing import Any

from pathways.analysis import documents

_MADE: dict[Any, documents.Made] = {}
_make = documents.make


def once(monkeypatch: Any) -> None:
    """Every release is truly made the first time, and from then on remembered by what it was made of."""

    def made(kind: Any, extract: Any, period: Any, audience: Any, material: Any, **more: Any) -> Any:
        earlier = tuple(sorted(repr(sorted(one.tables)) for one in more.get("earlier", ())))
        key = (kind, extract.sha256, period, audience, repr(material), more.get("rule"), earlier)
        if key not in _MADE:
            _MADE[key] = _make(kind, extract, period, audience, material, **more)
        return _MADE[key]

    monkeypatch.setattr(documents, "make", made)
