"""`python -m pathways.worker`: the process that works by the clock until it is asked to stop.

`--once` runs every job once and ends. Each job is done at start as well, so that a machine that was off
overnight catches up at once. Beside the jobs, a thread of its own seals the ledger every few seconds.
"""

from __future__ import annotations

import logging
import os
import sys
import threading


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pathways.web.settings")
    import django

    django.setup()
    from django.db import connection
    from procrastinate.contrib.django import app

    from pathways.journey import sealing
    from pathways.worker import jobs

    log = logging.getLogger("pathways.worker")
    for name in jobs.HOURS:
        try:
            jobs.run(name, at=jobs.now())
        except Exception:
            if "--once" in sys.argv:
                raise
            log.exception("%s failed; it is tried again at its next hour", name)
    if "--once" in sys.argv:
        sealing.seal(at=jobs.now(), anew=True)
        connection.close()
        return 0
    connection.close()
    stop = threading.Event()
    sealer = threading.Thread(target=sealing.keep_on, args=(stop, jobs.now), name="sealer", daemon=True)
    sealer.start()
    jobs.add_to(app)
    log.info("the worker waits")
    with app.replace_connector(app.connector.get_worker_connector()) as waiting:  # type: ignore[attr-defined]
        try:
            waiting.run_worker(concurrency=1, delete_jobs="always", listen_notify=True)
        finally:
            stop.set()  # what was written since the last sealing is sealed before we go
            sealer.join(timeout=5)
    log.info("the worker has stopped")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
