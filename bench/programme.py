"""A programme of its own to measure in: a database made as `pathways up` makes it, gone afterwards."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


def measured(measure: Callable[[Path, Any], bool], *, keep: Path | None = None) -> bool:
    """What `measure` says, given the data folder and the installation, with Django connected.

    `keep` is a folder to leave the database in, and to use again.
    """
    with tempfile.TemporaryDirectory(prefix="pathways-bench-", ignore_cleanup_errors=True) as place:
        Path(place).chmod(0o755)
        os.environ["PATHWAYS_DATA"] = str(keep or Path(place) / "data")
        os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "pathways.web.settings"
        return _within(measure)


def _within(measure: Callable[[Path, Any], bool]) -> bool:
    from bench.web.run import machine
    from pathways.cli import running
    from pathways.installation import credentials, folder
    from pathways.installation.settings import Settings

    settings = Settings()
    folder.prepare(settings.data, folder.Kind.LIVE)
    installation = running.Installation(settings, folder.Kind.LIVE, say=print)
    with folder.held(settings.data):
        credentials.make_secret(settings.session_secret_path)
        credentials.make_key(settings)
        try:
            installation._start_database()
            installation._prepare_database()
            import django

            django.setup()
            print(machine(), flush=True)
            return measure(settings.data, installation)
        finally:
            installation._take_down()
