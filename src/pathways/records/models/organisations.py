"""Organisations, the people at them and what they may be: the tables that sign-in reads."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from pathways.domain.terms.people import HUMAN_ROLES, Regime, Role, Sector
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.base import Row, code_holds, coded


class Organisation(Row):
    """A body that takes part. What it is (name, sector, regime) is dated, in OrganisationTerm."""

    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    sector = coded(Sector)
    regime = coded(Regime)
    is_coordinating = models.BooleanField(default=False)
    duty_telephone = models.CharField(max_length=40, blank=True, default="")
    duty_email = models.CharField(max_length=200, blank=True, default="")
    # the Modern Slavery Act names who may refer to the NRM, and who must tell of what they meet
    is_first_responder = models.BooleanField(default=False)
    has_duty_to_notify = models.BooleanField(default=False)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "organisation"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            code_holds(Sector, "organisation", "sector", blank=False),
            code_holds(Regime, "organisation", "regime", blank=False),
            models.CheckConstraint(
                condition=Q(until_date__isnull=True) | Q(until_date__gte=F("from_date")),
                name="organisation_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationTerm(Row):
    """What an organisation was called and what it was, between two days: institutions change."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="terms")
    name = models.CharField(max_length=200)
    sector = coded(Sector)
    regime = coded(Regime)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    because = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "organisation_term"
        ordering: ClassVar = ["organisation_id", "from_date"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(until_date__isnull=True),
                name="organisation_one_term_now",
            )
        ]


class AccountManager(BaseUserManager["Account"]):
    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A person who can sign in. What she may do comes from her appointments, never from the account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    #: when the newest link to choose a password was made: an older one opens nothing
    link_made_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = AccountManager()
    privacy: ClassVar[dict[str, Privacy]] = {
        "email": Privacy.IDENTIFIES,
        "name": Privacy.IDENTIFIES,
        "password": Privacy.SENSITIVE,
    }

    class Meta:
        db_table = "account"

    def __str__(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Nobody has Django's own permissions: the policy decides."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class Appointment(Row):
    """One person in one role at one organisation, between two moments. `expires_at` is when it is to end."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="appointments")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=40, choices=[(role.value, role.label) for role in HUMAN_ROLES])
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    given_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "appointment"
        ordering: ClassVar = ["from_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in HUMAN_ROLES]), name="appointment_role_known"
            ),
            models.UniqueConstraint(
                fields=["account", "organisation", "role"],
                condition=Q(until_at__isnull=True),
                name="appointment_once_at_a_time",
            ),
        ]

    @property
    def role_held(self) -> Role:
        return Role(self.role)


class SharingAgreement(Row):
    """An information-sharing agreement between two organisations, with its dates."""

    name = models.CharField(max_length=200)
    from_organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="agreements_from")
    to_organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="agreements_to")
    purpose = models.CharField(max_length=300)
    from_date = models.DateField()
    review_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "sharing_agreement"
        ordering: ClassVar = ["name"]


class Setting(models.Model):
    """A choice that this programme has made: its name, its clocks, its definitions. Nothing personal."""

    key = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField()
    changed_by_id = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "setting"


class BankHoliday(models.Model):
    """A day that no working clock counts. Loaded, never fetched."""

    date = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)

    class Meta:
        db_table = "bank_holiday"
        ordering: ClassVar = ["date"]
