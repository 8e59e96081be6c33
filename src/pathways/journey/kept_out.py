"""Who is kept out of her record, for the verbs that would bring somebody to her or something of her to them.

Read by the clerk: nobody is brought to her because the person acting may not know of the bar. The walls hold
without any of this; here it is only seen to that nothing is offered or sent that they would then hide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.governance import bars, policy
from pathways.domain.governance.actors import Actor
from pathways.domain.governance.policy import Action, Resource
from pathways.journey import identity
from pathways.records.models import Bar, Consideration, Disclosure, Message, PanelDecision, Spine

#: The work that follows where somebody who worked with her is kept out; settled by whoever gives her another.
HANDOVER_TASK = "bar_handover"


@dataclass(frozen=True, slots=True)
class KeptOut:
    """The people and the organisations that may not see one woman, while it is so."""

    accounts: frozenset[UUID] = frozenset()
    organisations: frozenset[UUID] = frozenset()

    def includes(self, *, account_id: UUID | None = None, organisation_id: UUID | None = None) -> bool:
        return account_id in self.accounts or organisation_id in self.organisations


def of_her(client_id: UUID, *, by: Actor) -> KeptOut:
    """Who may not see her now."""
    with identity.clerk(by):
        rows = list(
            Bar.objects.filter(client_id=client_id, lifted_at__isnull=True).values_list(
                "barred_account_id", "barred_organisation_id"
            )
        )
    return KeptOut(
        frozenset(account for account, _ in rows if account),
        frozenset(organisation for _, organisation in rows if organisation),
    )


def women_closed_to(account_id: UUID, organisation_id: UUID, *, by: Actor) -> frozenset[UUID]:
    """The women whom this person, at this organisation, may not see."""
    with identity.clerk(by):
        closed = Q(barred_account_id=account_id) | Q(barred_organisation_id=organisation_id)
        return frozenset(
            Bar.objects.filter(closed, lifted_at__isnull=True).values_list("client_id", flat=True)
        )


def may_be_brought(
    client_id: UUID, *, account_id: UUID | None = None, organisation_id: UUID | None = None, by: Actor
) -> Decision:
    """Whether this person or organisation may be brought to her, or told anything of her.

    Who may know of the bar is told that there is one; anybody else, that this is not possible.
    """
    if not of_her(client_id, by=by).includes(account_id=account_id, organisation_id=organisation_id):
        return decision.yes()
    who = "This person" if account_id is not None else "This organisation"
    if policy.could(by, Action.READ, Resource.BAR) and bars.may_be_told(by.role, is_support=True):
        return decision.no(
            f"{who} is kept from her record. See “Who is kept out” on her page.", ask="her lead worker"
        )
    return decision.no("This is not possible for her. Choose another.", ask="the coordinator")


def keys_of(client_id: UUID, *, by: Actor) -> list[UUID]:
    """What else she is known by where police speak of her: flags, their cases, and what crossed."""
    with identity.clerk(by):
        joined = Spine.objects.filter(client_id=client_id).values_list("consideration_id", "referral_in_id")
        flags = {flag for flag, _ in joined if flag}
        keys = flags | set(Consideration.objects.filter(id__in=flags).values_list("case_id", flat=True))
        keys |= set(Disclosure.objects.filter(client_id=client_id).values_list("id", flat=True))
        keys |= set(
            Message.objects.filter(
                Q(client_id=client_id) | Q(case_id__in=keys) | Q(consideration_id__in=keys)
            ).values_list("id", flat=True)
        )
        # work that the panel gave out is known by what was decided of her
        keys |= set(PanelDecision.objects.filter(client_id=client_id).values_list("id", flat=True))
    return sorted(keys)


def known_also_by(client_id: UUID, keys: Iterable[UUID | None], *, by: Actor) -> None:
    """She is known by these as well from now on: her bars must find her there."""
    new = {key for key in keys if key is not None}
    with identity.clerk(by):
        for row in Bar.objects.filter(client_id=client_id, lifted_at__isnull=True):
            if not new <= set(row.keys):
                row.keys = sorted({*row.keys, *new})
                row.save(update_fields=["keys"])
