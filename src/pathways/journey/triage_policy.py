"""The triage policy in force: a table of the programme's own, kept by version; the default is the first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pathways.domain.triage import policy
from pathways.domain.triage.default import DEFAULT
from pathways.domain.triage.policy import Policy, Suggestion
from pathways.records.models import TriagePolicy


def install(at: datetime) -> TriagePolicy:
    """Puts the default policy in force where there is none yet; answers the one that is."""
    found = _in_force()
    if found is not None:
        return found
    made, _ = TriagePolicy.objects.get_or_create(
        name=DEFAULT.name,
        version=DEFAULT.version,
        defaults={"body": policy.plain(DEFAULT), "from_at": at},
    )
    return made


def in_force(at: datetime) -> Policy:
    """The policy that suggests now."""
    return policy.read(install(at).body)


def suggest(using: Policy, answers: Mapping[str, str | None]) -> Suggestion | None:
    """What the policy suggests; None when it cannot, because its questions are not the ones we ask."""
    known = {question.name: answers.get(question.name) for question in using.inputs}
    try:
        return policy.suggest(using, known)
    except ValueError:
        return None


def _in_force() -> TriagePolicy | None:
    return TriagePolicy.objects.filter(until_at__isnull=True).order_by("-from_at").first()
