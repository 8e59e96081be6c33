"""Bring the database up to this version, as its owner. Always a process of its own."""

from __future__ import annotations

import os


def main() -> None:
    os.environ["PATHWAYS_AS_OWNER"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    from pathways.journey import installing

    installing.migrate_and_wall()


if __name__ == "__main__":
    main()
