"""What a triage policy may look at of one woman: the named facts of her assessment, as they stand."""

from __future__ import annotations

from pathways.domain.terms import needs
from pathways.domain.triage import assessment, facts
from pathways.domain.triage.mechanisms import Mechanism, Standing
from pathways.journey import identity
from pathways.records.models import Assessment, NeedRating


def answers_of(row: Assessment | None) -> dict[str, str | None]:
    """Every named fact; None where nobody has judged yet, or where she did not want an assessment.

    The ladder is read as the clerk: the suggestion is the same whoever looks at it.
    """
    if row is None or row.status == assessment.Status.REFUSED.value:
        return facts.of_her(judgements={})
    with identity.clerk():
        rated = list(
            NeedRating.objects.filter(assessment=row).values_list("domain", "rung", "unrated")
        )
    ladder = {needs.Domain(domain): needs.Rung(rung) for domain, rung, _ in rated if rung is not None}
    settled = {domain for domain, rung, unrated in rated
               if rung is not None or unrated == needs.Unrated.DOES_NOT_APPLY.value}  # fmt: skip
    standing = {
        Mechanism(code): Standing(said)
        for code, said in (row.mechanisms or {}).items()
        if code in {one.value for one in Mechanism} and said in {one.value for one in Standing}
    }
    return facts.of_her(
        judgements={
            "need": row.need or None,
            "exploitation": row.exploitation or None,
            "immediate_safety": row.immediate_safety or None,
        },
        ladder=ladder,
        mechanisms=standing,
        is_ladder_whole=settled >= {domain.value for domain in needs.Domain},
    )
