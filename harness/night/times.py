"""The moments of one night: times of day in the chain's zone, turned into UTC nanoseconds.

Around a change of the clocks, a time of day that does not exist (02:30 in spring) is the first moment that does
(03:00), as with cron; one that happens twice (02:30 in autumn) is the first of the two. Times of day therefore keep
their order, and every one is one moment.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from harness.chain.model import Chain
from harness.values.instants import first_shown_ns
from harness.values.units import ClockTime


@dataclass(frozen=True)
class NightTimes:
    """A night from its evening to the last moment at which it may converge, in UTC nanoseconds."""

    date: dt.date
    zone: ZoneInfo
    begins_ns: int
    deadline_ns: int
    closes_ns: int

    def at(self, time: ClockTime) -> int:
        """The moment of a time of day: before noon on the business date, from noon on the day before it."""
        return instant_ns(self.date + dt.timedelta(days=time.days_after_business_date), time, self.zone)

    def at_if(self, time: ClockTime | None) -> int | None:
        """`at`, of a time that may not be given."""
        return None if time is None else self.at(time)


def night_times(chain: Chain, date: dt.date) -> NightTimes:
    """The night of that business date; it begins on the evening before, and closes on the date itself."""
    zone = ZoneInfo(chain.timezone)
    deadline_day = date + dt.timedelta(days=chain.deadline.days_after_business_date)
    return NightTimes(
        date=date,
        zone=zone,
        begins_ns=instant_ns(date - dt.timedelta(days=1), chain.evening, zone),
        deadline_ns=instant_ns(deadline_day, chain.deadline, zone),
        closes_ns=instant_ns(date, chain.closes, zone),
    )


def instant_ns(day: dt.date, time: ClockTime, zone: ZoneInfo) -> int:
    """The UTC nanoseconds at which clocks in the zone first show that time on that day, or have passed it."""
    return first_shown_ns(dt.datetime.combine(day, time.time), zone)
