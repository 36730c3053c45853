"""Send one batch with a client and its defaults: ``sender.py CLIENT URL``; it prints its exit code and the seconds."""

from __future__ import annotations

import json
import sys
import time

BATCH = {"business_date": "2026-11-23", "rows": [{"sku": sku, "quantity": 1} for sku in "abcd"]}
HEADERS = {"Idempotency-Key": "k1"}


def httpx_post(url: str) -> None:
    import httpx

    httpx.post(url, json=BATCH, headers=HEADERS).raise_for_status()


def requests_post(url: str) -> None:
    import requests

    # No timeout on purpose: it is the library's default, and what most programs leave it at.
    requests.post(url, json=BATCH, headers=HEADERS).raise_for_status()


def urllib3_post(url: str) -> None:
    import urllib3

    answer = urllib3.PoolManager().request("POST", url, json=BATCH, headers=HEADERS)
    if answer.status >= 300:
        raise OSError(f"status {answer.status}")


if __name__ == "__main__":
    begun = time.monotonic()
    try:
        globals()[sys.argv[1]](sys.argv[2])
        code = 0
    except Exception as error:  # whatever the client calls it
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        code = 1
    print(json.dumps({"code": code, "took_s": time.monotonic() - begun}), flush=True)
