"""`python -m pathways.worker`: the process that works by the clock until it is asked to stop.

`--once` runs every job once and ends. Each job is done at start as well, so that a machine that was off
overnight catches up at once.
"""

from __future__ import annotations

import logging
import os
import sys


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    from django.db import connection
    from procrastinate.contrib.django import app

    from pathways.worker import jobs

    log = logging.getLogger("pathways.worker")
    for name in jobs.HOURS:
        try:
            jobs.run(name, at=jobs.now())
        except Exception:
            if "--once" in sys.argv:
                raise
            log.exception("%s failed; it is tried again at its next hour", name)
    connection.close()
    if "--once" in sys.argv:
        return 0
    jobs.add_to(app)
    log.info("the worker waits")
    with app.replace_connector(app.connector.get_worker_connector()) as waiting:  # type: ignore[attr-defined]
        waiting.run_worker(concurrency=1, delete_jobs="always", listen_notify=True)
    log.info("the worker has stopped")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
