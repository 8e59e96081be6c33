"""A person's own password: chosen once by a link that an administrator hands over, changed by herself.

No mail is sent from here. The link holds a keyed token that is good once and for three days: it stops
working as soon as a password is set or she signs in.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError

from pathways.domain import decision
from pathways.domain.decision import Decision
from pathways.records.models import Account


def link(*, account_id: UUID) -> str:
    """The path at which this person chooses a password, to be handed to her and to nobody else."""
    account = Account.objects.get(id=account_id)
    return f"/account/set-password/{account.id}/{default_token_generator.make_token(account)}/"


def invited(*, account_id: UUID, token: str) -> Account | None:
    """Whose link this is, or None when it is spent, too old or made up."""
    account = Account.objects.filter(id=account_id, is_active=True, left_at__isnull=True).first()
    if account is None or not default_token_generator.check_token(account, token):
        return None
    return account


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
    return decision.yes()
