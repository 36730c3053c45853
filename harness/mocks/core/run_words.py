"""What a report says of the run that made it: when that was, ids drawn at random, how often something was tried."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from harness.contract.plan import Plan

MOST_PLACES = 8
"""So many places of a file may tell of the run. More of them are a column: data, of which every byte counts."""

STAMPED_WITHIN_S = range(-600, 61)
"""A time of day without seconds tells of the run where it is that of the writing, or up to ten minutes before it."""

_DAY_S = 86_400

_RUN = re.compile(
    rb"(?P<moment>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)"
    rb"|(?P<stamp>(?<!\d)20\d{6}[T_ -]?\d{4}(?:\d\d)?Z?(?!\d))"
    rb"|(?P<epoch>(?<![\w.])1\d{9}(?:\d{3}|\d{6}|\d{9}|\.\d+)?(?![\w.]))"
    rb"|(?P<clock>(?<![\w:.-])\d\d:\d\d:\d\d(?:[.,]\d+)?(?![\w:]))"
    rb"|(?P<minute>(?<![\w:.-])\d\d:\d\d(?![\w:-]|\.\d))"
    rb"|(?P<id>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b)"
    rb"|(?P<count>(?i:\b(?:pid|attempts?|tries|retries|elapsed|took)\b)[\"']?[ \t]{0,2}[:=]?[ \t]{0,2}\d+(?:\.\d+)?)"
)


class RunWords:
    """Looks for them, in reports of one night."""

    def __init__(self, plan: Plan) -> None:
        self._zones = (dt.UTC, ZoneInfo(plan.timezone))
        self._night = range(plan.begins_ns // 1_000_000_000, plan.closes_ns // 1_000_000_000 + 1)

    def without(self, text: bytes, written_s: int) -> bytes:
        """The text of a report that was written then, without them where they are few."""
        kept: list[bytes] = []
        after = 0
        for found in _RUN.finditer(text):
            if self._of_the_run(found, written_s):
                if len(kept) == 2 * MOST_PLACES:
                    return text
                kept += (text[after : found.start()], b"<%s>" % str(found.lastgroup).encode())
                after = found.end()
        return b"".join([*kept, text[after:]])

    def _of_the_run(self, found: re.Match[bytes], written_s: int) -> bool:
        text = found[0].decode("ascii")
        match found.lastgroup:
            case "epoch":
                return int(text[:10]) in self._night
            case "moment":
                return self._tonight(text.replace(" UTC", "Z").replace(",", ".").replace(" +", "+"))
            case "stamp":
                return self._tonight(re.sub(r"(\d{8})[T_ -]?(\d+)", r"\1T\2", text))
            case "minute":
                return self._just_now(text, written_s)
        return True

    def _tonight(self, text: str) -> bool:
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            return False
        moments = [moment] if moment.tzinfo else [moment.replace(tzinfo=zone) for zone in self._zones]
        return any(int(one.timestamp()) in self._night for one in moments)

    def _just_now(self, text: str, written_s: int) -> bool:
        hours, minutes = (int(part) for part in text.split(":"))
        for zone in self._zones:
            written = dt.datetime.fromtimestamp(written_s, zone)
            since_s = hours * 3600 + minutes * 60 - written.hour * 3600 - written.minute * 60
            if (since_s + _DAY_S // 2) % _DAY_S - _DAY_S // 2 in STAMPED_WITHIN_S:
                return True
        return False
