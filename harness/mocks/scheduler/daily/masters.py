"""Master jobs on other days than the plan's: what is built for a later date has its times on that date."""

from __future__ import annotations

from dataclasses import replace

from harness.contract.schedule import MasterJob
from harness.mocks.scheduler.timing.local_time import on_another_day


def on_day(master: MasterJob, days: int, timezone: str) -> MasterJob:
    """The same job so many days later, at the same times of day."""
    if not days:
        return master

    def moved(at_ns: int | None) -> int | None:
        return on_another_day(at_ns, days, timezone)

    arrival = master.file_arrival
    if arrival is not None:
        arrival = replace(
            arrival,
            created_from_ns=moved(arrival.created_from_ns),
            created_until_ns=moved(arrival.created_until_ns),
            until_ns=moved(arrival.until_ns),
        )
    return replace(
        master,
        at_ns=moved(master.at_ns),
        latest_start_ns=moved(master.latest_start_ns),
        late_to_start_ns=moved(master.late_to_start_ns),
        late_to_finish_ns=moved(master.late_to_finish_ns),
        file_arrival=arrival,
    )
