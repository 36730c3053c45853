"""Starts a program of this folder at idle priority and on one CPU: whoever else wants that goes first.

python meekly.py PROGRAM CALLS
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
