"""A program that becomes a server: of another user, where it refuses root, and ended with who started it.

    python -I -S become.py UID GID COMMAND...

By its path and alone: it needs nothing of the harness, and starts in the time that Python takes. Its caller has
threads, and would have to do this between fork and exec.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Change the user where it is another one, then execute the command."""
    parent, (uid, gid), command = os.getppid(), map(int, sys.argv[1:3]), sys.argv[3:]
    if uid != os.geteuid():
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # after the user: a change of user forgets it
        if os.getppid() != parent:
            sys.exit(1)
    try:
        os.execv(command[0], command)  # noqa: S606 - no shell
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
