"""Changing the key-encryption key: every data key wrapped again, in one step, under a running programme.

The next key lies beside the present one before anything is wrapped with it, and takes its place after all
is; so at every moment, also after a crash, one of the two opens everything, and every process finds it.
"""

from __future__ import annotations

import os
from contextlib import suppress

from pathways.installation import credentials, heads
from pathways.installation.settings import Settings
from pathways.journey import copying
from pathways.records import keys


def _store(settings: Settings) -> keys.KeyStore:
    path = settings.key_store_path / copying.STORE
    return keys.KeyStore(
        path, lambda: [keys.read_key(one.decode()) for one in credentials.keys_here(settings)]
    )


def wrap_again(settings: Settings) -> int:
    """Wraps every data key with the next key-encryption key. How many."""
    new = keys.read_key(credentials.next_key_path(settings).read_text("utf-8"))
    return _store(settings).rotate(new)


def finish(settings: Settings) -> bool:
    """Puts the next key in the place of the present one when that is what everything is wrapped with now.

    A next key that nothing is wrapped with is left over from a change that never happened, and goes. Answers
    whether there was a change to finish.
    """
    path = credentials.next_key_path(settings)
    try:
        new = path.read_bytes().strip()
    except FileNotFoundError:
        return False
    is_wrapped = _store(settings).fits(keys.read_key(new.decode()))
    if is_wrapped:
        present = [keys.read_key(one.decode()) for one in credentials.keys_here(settings)]
        heads.wrap_again(settings.key_store_path, present, keys.read_key(new.decode()))
        os.replace(path, settings.key_path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()
    now = settings.key_path.read_bytes()
    credentials.write_private(credentials.mark_path(settings), credentials.key_mark(now))
    return is_wrapped
