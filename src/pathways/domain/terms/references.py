"""References that can be said aloud and typed from hearing, such as KW5219EC.

Two letters, four digits, a letter and a check letter. Letters that look or sound like a digit or like one
another on a bad line are left out (B G I O Q S Z). A reference carries nothing about anybody: it is drawn
from random bytes. The check letter finds every single wrong character and every two neighbours swapped.
"""

from __future__ import annotations

LETTERS = "ACDEFHJKLMNPRTUVWXY"
DIGITS = "0123456789"
_PATTERN = (LETTERS, LETTERS, DIGITS, DIGITS, DIGITS, DIGITS, LETTERS)
_ROOM = 19**3 * 10**4

#: What a listener writes for a digit, and for a letter.
_AS_DIGIT = str.maketrans("OQISZBG", "0015286")
_SPOKEN = dict(
    zip(
        LETTERS,
        [
            "Alfa",
            "Charlie",
            "Delta",
            "Echo",
            "Foxtrot",
            "Hotel",
            "Juliett",
            "Kilo",
            "Lima",
            "Mike",
            "November",
            "Papa",
            "Romeo",
            "Tango",
            "Uniform",
            "Victor",
            "Whiskey",
            "X-ray",
            "Yankee",
        ],
        strict=True,
    )
)


def make(random: bytes) -> str:
    """A reference from at least 8 random bytes. Raises ValueError for fewer."""
    if len(random) < 8:
        raise ValueError("a reference needs at least 8 random bytes")
    number = int.from_bytes(random, "big") % _ROOM
    drawn = []
    for alphabet in _PATTERN:
        number, place = divmod(number, len(alphabet))
        drawn.append(alphabet[place])
    body = "".join(drawn)
    return body + _check(body)


def read(typed: str) -> str | None:
    """The reference that a person typed, or None when it cannot be one.

    Spaces, hyphens and small letters are forgiven, and so is a letter typed for the digit it resembles.
    """
    text = "".join(character for character in typed.upper() if character not in " -–.")
    if len(text) != len(_PATTERN) + 1:
        return None
    text = text[:2] + text[2:6].translate(_AS_DIGIT) + text[6:]
    body, check = text[:-1], text[-1]
    fits = all(character in alphabet for character, alphabet in zip(body, _PATTERN, strict=True))
    return text if fits and check == _check(body) else None


def aloud(reference: str) -> str:
    """As it is read out: "Kilo Whiskey 5 2 1 9 Echo Charlie"."""
    return " ".join(_SPOKEN.get(character, character) for character in reference)


def spaced(reference: str) -> str:
    """As it is printed: "KW 5219 EC"."""
    return f"{reference[:2]} {reference[2:6]} {reference[6:]}"


def _check(body: str) -> str:
    """Weights 1 to 7 modulo 19, a prime above every value and weight: that is what finds the errors."""
    total = sum(
        weight * alphabet.index(character)
        for weight, (character, alphabet) in enumerate(zip(body, _PATTERN, strict=True), start=1)
    )
    return LETTERS[total % len(LETTERS)]
