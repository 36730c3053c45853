"""What runs in the clock container: the supervisor, as process 1 of the PID namespace that the whole stack shares.

That makes it the stack's lease: when it ends, the kernel ends every process of every container that joined. It also
makes it the parent of what jobs and mocks leave orphaned.
"""

from __future__ import annotations

import os
import signal

from harness.stack.cleanup.processes import keep_to_oneself
from harness.stack.supervisor import __main__ as supervisor


def main() -> None:
    """Take on the duties of process 1, then supervise."""
    os.umask(0)  # jobs run as the user of their image, beside mocks that run as root
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans that end here are reaped by the kernel
    keep_to_oneself()  # the door's token is in its memory, and jobs that are root's see it beside them
    supervisor.main()


if __name__ == "__main__":
    main()
