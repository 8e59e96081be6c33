"""The programme's way of keeping passwords, at a price that thousands of tests can pay.

The same algorithm and format; only the work is less. What the price really is, is held by a test of its own.
"""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 8
    parallelism = 1
