"""What the log may say: the kind of failure, the route and the line of code; never a value.

An exception's message can carry a name or a note (a database error quotes the row), so it is left out:
the class and the place in our code are enough to mend it.
"""

from __future__ import annotations

import logging
import traceback
from typing import Any


class Impersonal(logging.Filter):
    """Takes arguments, addresses and request bodies out of Django's own records."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("django"):
            request = getattr(record, "request", None)
            match = getattr(request, "resolver_match", None)
            route = getattr(match, "route", None) or "no such page"
            method = getattr(request, "method", "")
            status = getattr(record, "status_code", "")
            record.msg = f"{status} {method} {route}".strip() if request is not None else record.name
            record.args = ()
            record.request = None
        return True


class Plain(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatException(self, ei: Any) -> str:
        kind, _, place = ei
        lines = [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(place)]
        return "\n".join([*lines, f"  {kind.__module__}.{kind.__name__}"])

    def formatStack(self, stack_info: str) -> str:
        return ""
