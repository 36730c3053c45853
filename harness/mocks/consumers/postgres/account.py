"""Whose process the server is: this user's, or, where that is root, another's, because PostgreSQL refuses root."""

from __future__ import annotations

import os
import pwd

from harness.mocks.consumers.account import Account
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable

NAMES = ("postgres", "nobody")
"""Who runs it where root runs the night: the first whom this machine has. It must have a name, or initdb refuses."""


def account() -> Account:
    """Who runs the server; PostgresUnavailable where there is nobody."""
    if os.geteuid() != 0:
        return _oneself()
    for name in NAMES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, name, short_sleeps_end=True)
    raise PostgresUnavailable(
        "the user who runs PostgreSQL",
        found=f"root, which PostgreSQL refuses, and none of the users {', '.join(NAMES)}",
        expected="another user of this machine",
        todo="run as a user who is not root, or: adduser --system postgres",
    )


def _oneself() -> Account:
    uid = os.geteuid()
    try:
        return Account(uid, os.getegid(), pwd.getpwuid(uid).pw_name, short_sleeps_end=True)
    except KeyError:
        raise PostgresUnavailable(
            "the user who runs PostgreSQL",
            found=f"number {uid}, which has no name on this machine; initdb refuses that",
            expected="a user with a name",
            todo=f"add a line to /etc/passwd (an image's, too): night:x:{uid}:{os.getegid()}::/tmp:/bin/sh",
        ) from None
