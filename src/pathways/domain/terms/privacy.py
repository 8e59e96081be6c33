"""How carefully a stored field must be kept. A field without a class fails the build."""

from __future__ import annotations

from pathways.domain.terms.words import Worded


class Privacy(Worded):
    IDENTIFIES = "identifies", "Identifies a person"
    SENSITIVE = "sensitive", "Sensitive"
    ORDINARY = "ordinary", "Ordinary"
