"""A small OpCon client, written from the facts about the vendor's API alone: what its clients send, and look at."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import urllib3


class ApiError(Exception):
    """An error answer; ``errors`` is the array in its body."""

    def __init__(self, status: int, reason: str | None, errors: list[dict[str, Any]]) -> None:
        self.status, self.reason, self.errors = status, reason, errors
        super().__init__(f"{status} {reason}: {errors}")


class OpConClient:
    """Logs in, renews its token as the vendor's Java client does, polls actions until they are done."""

    def __init__(self, url: str, user: str = "ocadm", password: str = "secret", **pool: Any) -> None:
        self._api, self._user, self._password = f"{url}/api", user, password
        self._pool = urllib3.PoolManager(retries=False, **pool)
        self.logins = 0
        self._token = ""

    def log_in(self) -> dict[str, Any]:
        self.logins += 1
        user = {"user": {"loginName": self._user, "password": self._password}, "tokenType": {"type": "User"}}
        token: dict[str, Any] = self.ask("POST", "/tokens", user, renew=False)
        self._token = token["id"]
        return token

    def ask(self, method: str, path: str, body: Any = None, *, renew: bool = True) -> Any:
        answer = self.answer(method, path, body)
        content = answer.json()
        if answer.status < 400:
            return content
        error = ApiError(answer.status, answer.reason, content)
        expired = (answer.status, answer.reason, content[0]["message"]) == (
            401, "Unauthorized", "Invalid token specified",
        )  # fmt: skip
        if expired and renew:
            self.log_in()
            return self.ask(method, path, body, renew=False)
        raise error

    def answer(self, method: str, path: str, body: Any = None) -> urllib3.BaseHTTPResponse:
        headers = {"Authorization": f"Token {self._token}", "ApiConsumerId": "tests"}
        return self._pool.request(method, f"{self._api}{path}", json=body, headers=headers)

    def job(self, id_: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask("GET", f"/dailyJobs/{quote(id_, safe='')}")
        return found

    def job_action(self, action: str, *ids: str, **more: Any) -> dict[str, Any]:
        jobs = [{"id": id_, "step": None, "rebuildOnRestartIfContainer": None, **more} for id_ in ids]
        done: dict[str, Any] = self.ask("POST", "/jobactions", {"action": action, "jobs": jobs, "reason": None})
        return done

    def schedule_action(self, action: str, schedule: str, jobs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
        item = {"id": schedule, "jobs": jobs}
        done = self.ask("POST", "/ScheduleActions", {"action": action, "scheduleActionItems": [item], "states": None})
        return self._polled("/ScheduleActions", done)

    def build(self, name: str, date: str, **more: Any) -> dict[str, Any]:
        """As the vendor's PowerShell module does: what came of it is asked for, and its message says it."""
        built = self.ask("POST", "/scheduleBuilds", {"schedules": [{"name": name}], "dates": [date], **more})
        came: dict[str, Any] = self.ask("GET", f"/scheduleBuilds/{built['id']}")
        return came

    def wait(self, id_: str, *, every_s: float = 3.0, until_s: float = 8 * 3600) -> dict[str, Any]:
        """Poll a job to its end; in the night's time this costs nothing."""
        give_up = time.monotonic() + until_s
        while time.monotonic() < give_up:
            job = self.job(id_)
            if job["status"]["category"] not in ("Waiting", "Running", "Held"):
                return job
            time.sleep(every_s)
        raise TimeoutError(f"{id_} is still {job['status']['description']}")

    def output(self, job: dict[str, Any]) -> dict[str, str]:
        """The text of each file that a job's latest launch has written, asked for by the number of that launch."""
        listed = self._instances("LIST", {"id": job["jobNumber"], "jorsRequestParameters": None})
        read = (
            self._instances("FILE", {"id": job["jobNumber"], "jorsRequestParameters": name}) for name in listed["files"]
        )
        return {one["jorsRequestParameters"]: one["data"] for one in read}

    def _instances(self, action: str, item: dict[str, Any]) -> dict[str, Any]:
        done = self.ask("POST", "/jobinstanceactions", {"action": action, "jobInstanceActionItems": [item]})
        [found] = self._polled("/jobinstanceactions", done)["jobInstanceActionItems"]
        return dict(found)

    def _polled(self, path: str, action: dict[str, Any]) -> dict[str, Any]:
        while action["result"] == "submitted":
            action = self.ask("GET", f"{path}/{action['id']}")
        return action
