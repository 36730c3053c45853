"""A whole night driven through the API alone, as a program that lives in it: builds, holds, releases, adds, polls."""

from __future__ import annotations

import json
import sys
import time

from tests.mocks.scheduler.api.opcon_client import OpConClient


def main(url: str, schedule: str, date: str) -> None:
    client = OpConClient(url)
    client.log_in()
    client.ask("GET", "/version")
    built = client.build(schedule, date, overwrite=True, hold=True)
    assert built["message"] == "Completed", built
    [daily] = client.ask("GET", f"/dailySchedules?Dates={date}&Name={schedule}")
    assert daily["status"]["category"] == "Held", daily
    load = f"{daily['id']}|load"
    client.schedule_action("release", daily["id"])
    client.job_action("hold", load)
    time.sleep(1800)
    held = client.job(load)["status"]["description"]
    client.job_action("release", load)
    ended = client.wait(load)
    added = client.schedule_action("addJobs", daily["id"], [{"id": "rescue", "frequency": "OnRequest"}])
    rescue = added["scheduleActionItems"][0]["jobs"][0]["id"]
    rescued = client.wait(rescue)
    client.job_action("markFixed", load)
    last = client.wait(f"{daily['id']}|publish")
    print(json.dumps({
        "held": held, "ended": ended["terminationDescription"], "rescue": rescued["status"]["description"],
        "load": client.job(load)["status"]["description"], "publish": last["status"]["description"],
        "counts": client.ask("GET", "/dailyJobs/count_by_status"), "logins": client.logins,
    }))  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
