"""A client that loads its libraries once, and then stands by for one download after the other.

    standby.py PAGE client_CLIENT.py

Each line that it reads is ``NAME TARGET``; each that it prints says how that went: the exit code that the script by
itself would have ended with, and how many seconds of the night it took. PAGE is the night's clock, which it stops then.
"""

from __future__ import annotations

import json
import runpy
import sys
import time
import traceback
from pathlib import Path

from harness.clock.page import ClockPage

if __name__ == "__main__":
    page, download = ClockPage.open(Path(sys.argv[1])), runpy.run_path(sys.argv[2])["main"]
    for line in sys.stdin:
        begun = time.monotonic()
        try:
            code = download(*line.split())
        except Exception:
            traceback.print_exc()
            code = 1
        took_s = time.monotonic() - begun
        page.stop("answered")  # before it waits again: time need not pass any further
        print(json.dumps({"code": code, "took_s": took_s}), flush=True)
