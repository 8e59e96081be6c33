"""`client_id__among=[…]`: is it one of these women? One parameter, however many they are."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, ForeignKey, Lookup, UUIDField


class Among(Lookup):  # type: ignore[type-arg]  # Django's is not subscriptable
    """Equality with any of a list, so that the text of the statement is the same for one and for many."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = any(%s)", (*params, self.rhs)


def register() -> None:
    BigIntegerField.register_lookup(Among)
    UUIDField.register_lookup(Among)
    ForeignKey.register_lookup(Among)
