"""Every stored field carries a privacy class, and what identifies her is sealed or behind the wall."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from pathways.domain.governance.policy import Resource
from pathways.domain.terms.privacy import Privacy
from pathways.records.models.seals import Digest

#: Free text that is kept in the clear, each with its reason.
CLEAR_TEXT = {
    "actor_name", "written_by_name", "made_by_name", "flagged_by_name", "asked_by_name",
    "decided_by_name", "coder_name",  # staff
    "title", "url", "route", "key", "reason", "why", "purpose", "reference", "stage",
    "policy_name", "policy_version", "suggested_rule", "result", "role", "resource",
    "ethnicity_code", "ethnicity_scheme", "lapsed_because", "unrated", "to_sector", "sector", "kind",
    "words", "edition", "step", "why_failed",  # what the catalogue calls an indicator; a screening run
    "mark", "seed", "seed_mark", "content_hash", "content",  # hashes, and the seed of a draw
    "place",  # where a panel meets
    "taken_sha256",  # the hash of the file that was taken out
    "extract_sha256", "left_out", "funder",  # a release: its hash, which file was not made; whose headings
    "system", "handling", "operator", "name",  # an extract: whence, its marking, by whom; its mapping
}  # fmt: skip


def test_every_class_that_is_named_belongs_to_a_field():
    for model in apps.get_app_config("records").get_models():
        names = {field.name for field in model._meta.get_fields()}
        assert set(getattr(model, "privacy", {})) <= names, model.__name__


def test_no_free_text_about_a_woman_is_kept_in_the_clear():
    walled = {resource.value for resource in Resource}
    for model in apps.get_app_config("records").get_models():
        if model._meta.db_table not in walled:
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.TextField):
                raise AssertionError(f"{model.__name__}.{field.name} is free text in the clear")
            if isinstance(field, models.CharField) and not field.choices:
                coded = field.name.endswith(("_code", "_scheme", "_by", "band")) or field.name in CLEAR_TEXT
                assert coded or field.default == "not_asked" or field.max_length <= 40, (
                    model.__name__,
                    field.name,
                )


def test_sealed_fields_say_what_they_are():
    for model in apps.get_app_config("records").get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.BinaryField) and not isinstance(field, Digest):
                assert field.privacy in (Privacy.IDENTIFIES, Privacy.SENSITIVE)
