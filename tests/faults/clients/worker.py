"""Take from a queue and push to it with a client and its defaults: ``worker.py CLIENT URL``; exit code and seconds."""

from __future__ import annotations

import json
import sys
import time
from typing import Any


def redis_py(url: str) -> Any:
    import redis

    return redis.Redis.from_url(url)


def valkey_py(url: str) -> Any:
    import valkey

    return valkey.Valkey.from_url(url)


def work(queue: Any) -> None:
    """Take one entry after the other until there is none, and say that it is done."""
    while found := queue.xreadgroup("workers", "one", {"work": ">"}, count=1):
        ((_, entries),) = found.items() if isinstance(found, dict) else found
        entries = entries[0] if isinstance(found, dict) else entries
        queue.xack("work", "workers", *(number for number, _ in entries))
    queue.xadd("work", {"sku": "done"})


if __name__ == "__main__":
    begun = time.monotonic()
    try:
        work(globals()[sys.argv[1]](sys.argv[2]))
        code = 0
    except Exception as error:  # whatever the client calls it
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 1
    print(json.dumps({"code": code, "took_s": time.monotonic() - begun}), flush=True)
