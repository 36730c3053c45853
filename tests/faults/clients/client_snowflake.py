"""Download NAME to TARGET from a stage with the Snowflake connector that is found, and its defaults.

    client_snowflake.py NAME TARGET

Which connector (4.x in Python, 5.x with a native core) is a matter of PYTHONPATH. SNOWFLAKE_ACCOUNT and the other
variables say where the stage is. GET takes every file whose name begins with NAME and is content with any: when it has
brought others only, there is no TARGET, and no error.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore", FutureWarning)  # 5.x announces what its next version will do

import snowflake.connector  # noqa: E402
from snowflake.connector.errors import Error  # noqa: E402

GRANTS = ("account", "user", "password", "host", "warehouse", "database", "schema")


def main(name: str, target: str) -> int:
    given = {grant: os.environ[f"SNOWFLAKE_{grant.upper()}"] for grant in GRANTS}
    folder = Path(target).parent
    try:
        connection = snowflake.connector.connect(**given, port=int(os.environ["SNOWFLAKE_PORT"]), protocol="http")
        connection.cursor().execute(f"GET @{os.environ['SNOWFLAKE_STAGE']}/{name} file://{folder}/").fetchall()
        connection.close()
    except Error as error:
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    if (folder / name).exists():
        (folder / name).replace(target)
    return 0


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stderr.flush()
    os._exit(code)  # after an error, closing the session could wait for a server that is silent
