"""Bring the database and the static files up to this version, as the database's owner.

Always a process of its own: `python -m pathways.cli.migrating`. No other process is ever the owner.
"""

from __future__ import annotations

import contextlib
import os
import sys


def main() -> None:
    os.environ["PATHWAYS_AS_OWNER"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    with contextlib.redirect_stdout(sys.stderr):
        django.setup()
        from pathways.journey import installing

        installing.migrate_and_wall()
        if "--without-files" not in sys.argv:
            _collect()


def _collect() -> None:
    """Gather the static files under names that say their content, so that browsers may keep them."""
    from django.conf import settings
    from django.core.management import call_command

    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


if __name__ == "__main__":
    main()
