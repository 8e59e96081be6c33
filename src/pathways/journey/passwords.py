"""A person's own password: chosen once by a link that an administrator hands over, changed by herself.

No mail is sent from here. The link holds a keyed token that is good once and for three days: it stops
working as soon as a password is set, she signs in, her e-mail address is changed, or another link is made.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import transaction

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.domain.terms.people import Role
from pathways.journey import identity, ledger, tasks
from pathways.journey.outcome import Outcome, done, refusal
from pathways.records.models import Account, Appointment, Task

ASKED = "password_forgotten"


class _Newest(PasswordResetTokenGenerator):
    """Tokens of the newest link alone: one that went to a wrong address is spent when another is made."""

    key_salt = "pathways.journey.passwords"

    def _make_hash_value(self, user: Account, timestamp: int) -> str:  # type: ignore[override]
        return f"{super()._make_hash_value(user, timestamp)}{user.link_made_at}"


_TOKENS = _Newest()


def link(*, account_id: UUID, at: datetime) -> str:
    """The path at which this person chooses a password, to be handed to her and to nobody else."""
    account = Account.objects.select_for_update().get(id=account_id)
    account.link_made_at = at
    account.save(update_fields=["link_made_at"])
    return f"/account/set-password/{account.id}/{_TOKENS.make_token(account)}/"


def link_from_the_machine(*, email: str, operator: str, at: datetime) -> Outcome:
    """For whoever runs the machine: a link for an administrator who has nobody to hand her one.

    For an administrator alone: everybody else has an administrator who makes sure of who is asking. The log
    says that it was made, and which account of the machine asked for it.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(email__iexact=email.strip()).first()
        if account is None:
            return refusal(decision.no(f"Nobody here has the e-mail address {email}."))
        if account.left_at is not None or not account.is_active:
            return refusal(decision.no(f"{email} has left: an administrator brings her back on the pages."))
        places = [one for one in identity.workplaces(account) if one.role is Role.ADMINISTRATOR]
        if not places:
            return refusal(
                decision.no(
                    f"{email} is not an administrator. A link for her is made by an administrator, on her"
                    " page under People."
                )
            )
        with identity.acting(replace(identity.MACHINE, organisation_id=places[0].organisation_id)) as by:
            ledger.kept_up(
                by=by,
                at=at,
                route="accounts:link",
                what=f"Made a link to choose a new password, on the machine itself, by {operator}"[:300],
                subjects=[account.id],
            )
        return done(account.id, link=link(account_id=account.id, at=at), name=account.name)


def invited(*, account_id: UUID, token: str) -> Account | None:
    """Whose link this is, or None when it is spent, too old or made up."""
    account = Account.objects.filter(id=account_id, is_active=True, left_at__isnull=True).first()
    if account is None or not _TOKENS.check_token(account, token):
        return None
    return account


def ask(*, email: str, at: datetime) -> None:
    """Somebody has forgotten her password: the administrators are asked to hand her a link.

    Answers nothing, so that nobody learns from it who exists; asked again, it waits already. Whether or not
    there is such a person, the same statements are run; what an unknown address would bring is undone.
    """
    account = (
        Account.objects.filter(email__iexact=email, is_active=True, left_at__isnull=True).first()
        if email
        else None
    )
    key = account.id if account else uuid4()
    held = Appointment.objects.filter(
        role=Role.ADMINISTRATOR.value, until_at__isnull=True, organisation__until_date__isnull=True
    )
    places = list(held.order_by("organisation_id").values_list("organisation_id", flat=True).distinct())
    with transaction.atomic():
        with identity.clerk():
            waits = Task.objects.filter(kind=ASKED, object_id=key, done_at__isnull=True).exists()
        for place in places if not waits else places[:0]:
            tasks.set_task(
                ASKED,
                "Somebody has forgotten a password: make sure who is asking, and hand over a link",
                organisation_id=place,
                role=Role.ADMINISTRATOR,
                by=identity.MACHINE,
                at=at,
                route="administer:person",
                object_id=key,
            )
        if account is None:
            transaction.set_rollback(True)


def judge(password: str, *, account: Account) -> Decision:
    """Whether this would do as her password."""
    try:
        validate_password(password, account)
    except ValidationError as problem:
        return decision.no(" ".join(problem.messages))
    return decision.yes()


def choose(*, account: Account, password: str, at: datetime) -> Decision:
    """Sets her password. Every session that the old one opened ends."""
    if not (answer := judge(password, account=account)):
        return answer
    account.set_password(password)
    account.password_changed_at = at
    account.save(update_fields=["password", "password_changed_at"])
    tasks.settle(ASKED, object_id=account.id, by=identity.MACHINE, at=at)
    return decision.yes()
