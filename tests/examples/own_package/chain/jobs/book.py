"""Fetch the night's pallets, see that their numbers are right, and book them."""

import json
import os
import sys
import time
import urllib.error
import urllib.request

DATE = os.environ["BUSINESS_DATE"]
NAME = f"pallets_{DATE.replace('-', '')}.bars"


def ask(url, body=None, headers=(), attempts=5):
    """Up to five times: another server may answer the next one."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, dict(headers)), timeout=30) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        if error.code < 500 or attempts == 1:
            sys.exit(f"{url.rpartition('/')[2]}: the source answered {error.code}, unavailable")
    time.sleep(60)
    return ask(url, body, headers, attempts - 1)


def main():
    names = [one["name"] for one in json.loads(ask(f"{os.environ['SOURCE_URL']}/files/"))["files"]]
    if NAME not in names:
        sys.exit(f"{NAME} is missing")
    header, *lines, last = ask(f"{os.environ['SOURCE_URL']}/files/{NAME}").decode().splitlines()
    rows = [dict(zip(header.split("|"), line.split("|"), strict=True)) for line in lines]
    if last != f"={len(rows)}":
        sys.exit(f"{NAME} has {len(rows)} records and says {last}")
    if os.environ.get("CHECK_DIGIT") != "off":
        for row in rows:
            *digits, check = row["pallet"]
            if str(sum(map(int, digits)) % 10) != check:
                sys.exit(f"{NAME}: the check digit of pallet {row['pallet']} is wrong")
    batch = json.dumps({"business_date": DATE, "rows": rows, "fallback_of": None}).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": f"{DATE}-pallets"}
    ask(f"{os.environ['BOOKING_URL']}/batches", batch, headers)


if __name__ == "__main__":
    main()
