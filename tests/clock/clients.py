"""The client libraries that tests run, and servers to compare with, each installed into a folder of its own.

    python -m tests.clock.clients FOLDER
    NIGHT_HARNESS_CLIENTS=FOLDER pytest --exhaustive tests/clock tests/mocks

They are no extra of this package: two versions of one library cannot live in one environment, and with what they need
they are ten times as large as everything else that the tests need. The versions are fixed, because the limits that the
tests expect are theirs.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CLIENTS = {
    "snowflake-4": "snowflake-connector-python==4.8.1",  # the last of pure Python
    "snowflake-5": "snowflake-connector-python==5.2.0",  # a native core, in Rust
    "snowflake-cli": "snowflake-cli==3.30.0",  # brings a 4.7 of its own
    "boto3": "boto3==1.44.5",
    "paramiko": "paramiko==5.1.0",
    "httpx": "httpx==0.28.1",
    "minio": "minio==7.2.20",
    "moto": "moto[server]==5.2.5",
}


def install(folder: Path) -> int:
    """Install those that are not there yet, side by side; the first exit code that is not 0."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target")
    at_work = [
        subprocess.Popen((*pip, str(folder / name), requirement))
        for name, requirement in CLIENTS.items()
        if not (folder / name).is_dir()
    ]
    return next((code for code in [process.wait() for process in at_work] if code), 0)


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1])))
