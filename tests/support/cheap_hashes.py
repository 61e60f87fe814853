"""Passwords of tests: Argon2id as ever, with the least memory and time that it takes.

At its full cost each sign-in takes a core for a tenth of a second, which is its purpose and no test's subject.
"""

from argon2 import PasswordHasher

from treuwerk.services.identity import passwords


def use_them() -> None:
    """For everything that this process hashes."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
