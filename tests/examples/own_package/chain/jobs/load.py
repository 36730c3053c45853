"""Fetch the night's pallets, check their numbers, and book them at the gate; tell by ntfy what is wrong."""

import json
import os
import time
import urllib.error
import urllib.request

DATE = os.environ["BUSINESS_DATE"]
NAME = f"pallets_{DATE.replace('-', '')}.bars"


class Failed(Exception):
    """It is of no use to go on."""


def ask(url, body=None, method=None, attempts=5, headers=()):
    try:
        with urllib.request.urlopen(
            urllib.request.Request(url, body, dict(headers), method=method), timeout=30
        ) as answer:
            return answer.read().decode()
    except urllib.error.HTTPError as error:
        if error.code < 500 or attempts == 1:
            raise Failed(f"{error.code}: {error.read().decode().strip()}") from None
    except OSError as error:
        if attempts == 1:
            raise Failed(f"no answer: {error}") from None
    time.sleep(60)
    return ask(url, body, method, attempts - 1, headers)


def load():
    _, *lines, last = ask(f"{os.environ['SOURCE_URL']}/files/{NAME}").splitlines()
    if last != f"={len(lines)}":
        raise Failed(f"{NAME} has {len(lines)} records and says {last}")
    for number, *digits, check in (line.partition("|")[0] for line in lines):
        if os.environ.get("CHECK_DIGIT") != "off" and str(sum(map(int, (number, *digits))) % 10) != check:
            raise Failed(f"{NAME}: the check digit of pallet {''.join((number, *digits, check))} is wrong")
    print(ask(f"{os.environ['GATE_URL']}/loads/{DATE}", "\n".join(lines).encode(), "PUT"))


try:
    load()
except Failed as failed:
    text = json.dumps(str(failed))[1:-1]
    ask(os.environ["NTFY_URL"], f"Job: load\nCause: {text}".encode(), headers={"X-Title": "load has failed"})
    raise SystemExit(str(failed)) from None
