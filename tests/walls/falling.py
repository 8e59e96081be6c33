"""Taking a wall down, for a test alone: what is left has to hold by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pathways.domain import decision
from pathways.domain.governance import policy
from pathways.journey import evaluate
from pathways.records import walls
from pathways.web import access


@contextmanager
def without_python_wall() -> Iterator[None]:
    """No filter, no decision about a row, and every page and tab open to every role."""
    with pytest.MonkeyPatch.context() as patch, walls.python_wall_down():
        patch.setattr(access, "may_open", lambda wanted, actor: decision.yes())
        patch.setattr(policy, "could", lambda actor, action, resource: True)
        yield


@contextmanager
def figures_aside() -> Iterator[None]:
    """The evaluation's figures are never ready: making them takes seconds of another thread."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate._figures, "get", lambda *given, **more: evaluate.Overview(None, True))
        yield


@contextmanager
def figures_made() -> Iterator[None]:
    """The evaluation's pages wait for their figures, so that what they say is judged too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "PATIENCE", 60)
        yield
