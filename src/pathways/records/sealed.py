"""Sealed fields: narrative and identifying values, encrypted under her key before they leave the process.

A value is AES-256-GCM under the data key of (person, organisation), bound to its table, column and row, so
that moving it to another row is refused. In Python the attribute reads and writes plain values; in the
database there is only ciphertext, so it cannot be queried (`records.tokens` is for that). Where the key was
destroyed the attribute reads as “Erased”, or as nothing for what is not words, so that a page which still
lists the row draws.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from pathways.domain.terms.privacy import Privacy
from pathways.records import keys

_FORMAT = b"\x01"
#: Stands in the column where a value was erased: there was one, and nothing of it is left.
EMPTIED = b"\x00"
_NONCE = 12


class SealBroken(Exception):
    """A sealed value does not belong to this row and column, or was tampered with."""


class Sealed:
    """Ciphertext not opened yet. It shows nothing of what it holds."""

    __slots__ = ("blob",)

    def __init__(self, blob: bytes) -> None:
        self.blob = blob

    def __repr__(self) -> str:
        return "<sealed>"


class _Opening(DeferredAttribute):
    """Opens the value at first reading, and keeps it opened for the life of the instance."""

    field: SealedField

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, owner)
        if isinstance(value, Sealed):
            try:
                value = self.field.unseal(instance, value.blob)
            except keys.KeyGone:
                return self.field.erased  # not kept: saving the row leaves what is sealed as it is
            instance.__dict__[self.field.attname] = value
        return self.field.empty if value is None else value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class SealedField(models.BinaryField):
    """Base of the sealed fields. `privacy` is required: sealed values always identify or are sensitive."""

    descriptor_class = _Opening
    empty: Any = ""
    #: what is read where the key was destroyed
    erased: Any = ""

    def __init__(self, *args: Any, privacy: Privacy = Privacy.SENSITIVE, **kwargs: Any) -> None:
        self.privacy = privacy
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def to_text(self, value: Any) -> str:
        return str(value)

    def to_value(self, text: str) -> Any:
        return text

    def to_bytes(self, value: Any) -> bytes:
        return self.to_text(value).encode()

    def from_bytes(self, plain: bytes) -> Any:
        return self.to_value(plain.decode())

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def get_default(self) -> Any:
        return None

    def value_from_object(self, obj: Any) -> Any:
        return getattr(obj, self.attname)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            return value.blob
        if value is None or value == self.empty:
            return None
        return self.seal(model_instance, value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError("A sealed field cannot be queried: use search tokens.")
        return super().get_lookup(lookup_name)

    def _context(self, key: Any) -> bytes:
        return f"{self.model._meta.db_table}|{self.column}|{key}".encode()

    def seal(self, instance: Any, value: Any) -> bytes:
        key = keys.store().of(*instance.sealed_for())
        nonce = os.urandom(_NONCE)
        return _FORMAT + nonce + AESGCM(key).encrypt(nonce, self.to_bytes(value), self._context(instance.pk))

    def unseal(self, instance: Any, blob: bytes) -> Any:
        """Opens a value. Raises KeyGone after erasure, SealBroken when it is not of this row."""
        if blob == EMPTIED:
            raise keys.KeyGone("this value was erased")
        name = instance.sealed_for()
        return self._opened(blob, instance.pk, name, AESGCM(keys.store().existing(*name)))

    def _opened(self, blob: bytes, key: Any, name: tuple[uuid.UUID, uuid.UUID], cipher: AESGCM) -> Any:
        if blob[:1] != _FORMAT:
            raise SealBroken("a sealed value is of a format that this version does not know")
        nonce, body, context = blob[1 : 1 + _NONCE], blob[1 + _NONCE :], self._context(key)
        try:
            plain = cipher.decrypt(nonce, body, context)
        except InvalidTag:
            former = keys.store().former(*name)  # her values may be on their way to a new key
            if former is None:
                raise SealBroken("a sealed value does not belong to this row") from None
            try:
                plain = AESGCM(former).decrypt(nonce, body, context)
            except InvalidTag:
                raise SealBroken("a sealed value does not belong to this row") from None
        return self.from_bytes(plain)


#: A row's key, whom its values are sealed for, and what the database has in the columns asked for.
Shut = tuple[uuid.UUID, tuple[uuid.UUID, uuid.UUID], Sequence[Any]]


def opened(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Shut]
) -> Iterator[list[Any]]:
    """These sealed columns of many rows of one table, as its instances would read them, without instances.

    All data keys are looked up together and each is made ready once. Raises SealBroken as `unseal` does.
    """
    rows, fields = list(rows), [_field(model, column) for column in columns]
    held = keys.store().existing_of(name for _, name, _ in rows)
    for key, name, found in rows:
        cipher = AESGCM(held[name]) if name in held else None
        yield [
            field.empty
            if value is None
            else field.erased
            if cipher is None or value.blob == EMPTIED
            else field._opened(value.blob, key, name, cipher)
            for field, value in zip(fields, found, strict=True)
        ]


def _field(model: type[models.Model], column: str) -> SealedField:
    found = model._meta.get_field(column)
    assert isinstance(found, SealedField), f"{column} is not sealed"
    return found


#: What stands for words whose key was destroyed.
ERASED = "Erased"


class SealedText(SealedField):
    """Words."""

    erased = ERASED

    _pyi_private_set_type: str | None  # type: ignore[assignment]
    _pyi_private_get_type: str  # type: ignore[assignment]


class SealedDate(SealedField):
    """A day."""

    erased = None
    _pyi_private_set_type: dt.date | None  # type: ignore[assignment]
    _pyi_private_get_type: dt.date | None  # type: ignore[assignment]

    empty = None

    def to_text(self, value: Any) -> str:
        return str(value.isoformat())

    def to_value(self, text: str) -> dt.date:
        return dt.date.fromisoformat(text)


class SealedJSON(SealedField):
    """A small structure of words and numbers."""

    erased = None
    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    empty = None

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def to_value(self, text: str) -> Any:
        return json.loads(text)


class SealedBytes(SealedField):
    """A file, or a part of one."""

    erased = b""
    _pyi_private_set_type: bytes  # type: ignore[assignment]
    _pyi_private_get_type: bytes  # type: ignore[assignment]

    empty = b""

    def to_bytes(self, value: Any) -> bytes:
        return bytes(value)

    def from_bytes(self, plain: bytes) -> bytes:
        return plain
