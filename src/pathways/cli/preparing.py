"""What a start asks of the programme itself, as the application: the demonstration, the first administrator.

Always a process of its own, `python -m pathways.cli.preparing WHAT …`; its last line of output is JSON.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sys
from datetime import UTC, datetime
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    with contextlib.redirect_stdout(sys.stderr):
        django.setup()
        found = _answer(sys.argv[1], sys.argv[2:])
    print(json.dumps(found))


def _answer(what: str, words: list[str]) -> Any:
    now = datetime.now(UTC)
    if what == "demonstration":
        from pathways.journey import demonstration

        demonstration.seed(at=now, most=demonstration.FIRST)
        return [_plain(one) for one in demonstration.sign_ins()]
    if what == "demonstration-rest":
        from pathways.journey import demonstration

        return demonstration.seed(at=now)
    if what.startswith("restored-"):
        from pathways.journey import restored

        return restored.ANSWERS[what](*words, at=now)
    from pathways.journey import installing

    if what == "needs-administrator":
        return installing.needs_administrator()
    if what == "named-administrator":
        return installing.named_administrator()
    if what == "administrator":
        email, name = words
        return installing.first_administrator(email=email, name=name, at=now)
    raise SystemExit(f"{what} is not something to prepare")


def _plain(one: Any) -> dict[str, str]:
    said = one if isinstance(one, dict) else dataclasses.asdict(one)
    return {key: str(value) for key, value in said.items()}


if __name__ == "__main__":
    main()
