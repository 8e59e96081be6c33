"""Passwords that only look long: a common one with digits behind it, or a few characters again and again."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

#: fewer different characters than this are a pattern, however long it is
LEAST_DIFFERENT = 6
_DECORATION = "0123456789 .,!?*#@$_-"


class NotACommonPasswordWithADecoration:
    """Refuses "password12345678": what is left without its digits and signs is on everybody's list."""

    def __init__(self) -> None:
        self._common = CommonPasswordValidator()

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError for a password that is guessed first."""
        bare = password.lower().strip(_DECORATION)
        if len(set(password)) < LEAST_DIFFERENT or not bare or bare in self._common.passwords:
            raise ValidationError(self.get_help_text(), code="password_guessable")

    def get_help_text(self) -> str:
        return "This would be guessed early. Use three unrelated words."
