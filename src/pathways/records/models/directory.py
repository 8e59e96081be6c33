"""The directory of services: who offers what, where, for which needs. It names no woman."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from pathways.records.models.base import Row
from pathways.records.models.organisations import Organisation


class Service(Row):
    """Something that an organisation offers to women, under a contract with dates."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="services")
    partners = models.ManyToManyField(Organisation, related_name="partner_services", blank=True)
    external_id = models.CharField(max_length=120, blank=True, default="")
    source = models.CharField(max_length=60, blank=True, default="")
    contract_reference = models.CharField(max_length=60, blank=True, default="")
    kind = models.CharField(max_length=60, blank=True, default="")
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, default="")
    area = models.CharField(max_length=120, blank=True, default="")
    is_for_women_only = models.BooleanField(default=False)
    accepts_men = models.BooleanField(null=True, blank=True)
    minimum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    maximum_age = models.PositiveSmallIntegerField(null=True, blank=True)
    open_from = models.DateTimeField(null=True, blank=True)
    open_until = models.DateTimeField(null=True, blank=True)
    email = models.CharField(max_length=254, blank=True, default="")
    url = models.CharField(max_length=500, blank=True, default="")
    status = models.CharField(max_length=40, blank=True, default="active")
    capacity = models.PositiveIntegerField(null=True, blank=True)
    taken_in_at = models.DateTimeField(null=True, blank=True)
    raw = models.JSONField(default=dict, blank=True)

    class Meta:
        db_table = "service"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "external_id"],
                condition=~models.Q(external_id=""),
                name="service_once_per_source",
            )
        ]

    def __str__(self) -> str:
        return self.name


class NeedCategory(Row):
    """A category of need as a source names it (for instance accommodation)."""

    source = models.CharField(max_length=60, blank=True, default="")
    external_id = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=255)
    domain = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        db_table = "need_category"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class DesiredOutcome(Row):
    """An outcome that a service may be asked to bring about."""

    external_id = models.CharField(max_length=120, unique=True)
    category = models.ForeignKey(NeedCategory, models.PROTECT, related_name="outcomes")
    description = models.TextField()

    class Meta:
        db_table = "desired_outcome"
        ordering: ClassVar = ["category__name", "description"]


class ComplexityLevel(Row):
    """How a source describes low, medium and high complexity of a need."""

    external_id = models.CharField(max_length=120, unique=True)
    category = models.ForeignKey(NeedCategory, models.PROTECT, related_name="levels")
    title = models.CharField(max_length=120)
    description = models.TextField()

    class Meta:
        db_table = "complexity_level"
        ordering: ClassVar = ["category__name", "title"]


class ServiceOffer(Row):
    """One activity of a service: for which need, how it is given and where."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="offers")
    category = models.ForeignKey(NeedCategory, models.PROTECT, null=True, blank=True, related_name="offers")
    need_area = models.CharField(max_length=255)
    activity = models.TextField()
    delivery_method = models.CharField(max_length=500, blank=True, default="")
    delivery_location = models.TextField(blank=True, default="")

    class Meta:
        db_table = "service_offer"
        ordering: ClassVar = ["need_area"]
