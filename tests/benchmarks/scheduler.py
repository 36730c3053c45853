"""What a night of many jobs costs the scheduler: from ten to ten thousand daily jobs in one schedule.

    python -m tests.benchmarks.scheduler [--jobs 10 100 1000 10000] [--processes]

The jobs do nothing: Null Jobs, or (``--processes``) /bin/true through the agent, a hundred at once. They lie in chains
of ten, each behind the one before it, all due at 02:00. The CPU is the scheduler process's own, user and system, from
the plan to the end of the night. Queries are asked when the night is over, by a kept connection: the median of twenty.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import urllib3

from harness.contract.plan import Plan
from harness.contract.schedule import Dependency, MasterJob
from harness.stack.local.stack import LocalStack
from tests.benchmarks.machine import machine

TWO = int(datetime(2026, 11, 23, 1, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
HOUR_NS = 3_600_000_000_000
GOAL_CPU_S, GOAL_QUERY_MS = 10.0, 20.0
CHAIN = 10
AT_ONCE = 100

QUERIES = {
    "one job's status": "dailyjobs/20261123%7C1%7C1%7Cjob{last}/status",
    "one job": "dailyjobs/20261123%7C1%7C1%7Cjob{last}",
    "a job by name": "dailyjobs?name=job{last}",
    "counts": "dailyjobs/count_by_status",
    "failed jobs": "dailyjobs?categories=Failed",
    "a page of 100": "dailyjobs?limit=100&offset=50",
    "the schedule": "dailyschedules",
    "all jobs": "dailyjobs",
}


@dataclass(frozen=True)
class Cost:
    """What one night cost: seconds of the scheduler's CPU, of the wall, and milliseconds of each query."""

    jobs: int
    cpu_s: float
    wall_s: float
    queries_ms: dict[str, float]


def plan(jobs: int, *, processes: bool) -> Plan:
    """A night of so many jobs that do nothing."""
    return Plan(
        chain="many",
        owner="data-ops",
        timezone="Europe/Paris",
        date="2026-11-23",
        begins_ns=TWO - HOUR_NS,
        deadline_ns=TWO + 4 * HOUR_NS,
        closes_ns=TWO + 8 * HOUR_NS,
        maximum_jobs=AT_ONCE if processes else None,
        jobs=tuple(
            MasterJob(
                job=f"job{number}",
                run=("/bin/true",) if processes else (),
                cwd="/",
                environment={},
                agent="agent",
                owner="data-ops",
                at_ns=TWO,
                dependencies=(Dependency(job=f"job{number - 1}"),) if number % CHAIN else (),
            )
            for number in range(jobs)
        ),
    )


def measure(stack: LocalStack, jobs: int, *, processes: bool) -> Cost:
    """Live one night of that many jobs."""
    pid = stack.control("scheduler", "GET", "health")["pid"]
    began, cpu = time.perf_counter(), _cpu_s(pid)
    stack.reset(plan(jobs, processes=processes))
    stack.begin()
    stop = stack.run(TWO + 8 * HOUR_NS)
    cost, wall = _cpu_s(pid) - cpu, time.perf_counter() - began
    if stop.reason != "asked":
        raise SystemExit(f"the night of {jobs} jobs did not end: {stop}")
    states = stack.control("scheduler", "GET", "state")["jobs"].values()
    if {state["status"] for state in states} != {"Finished OK"}:
        raise SystemExit("not every job finished OK, so the figures mean nothing")
    queries = {name: _query_ms(stack, path.format(last=jobs - 1)) for name, path in QUERIES.items()}
    return Cost(jobs, cost, wall, queries)


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _query_ms(stack: LocalStack, path: str) -> float:
    url = f"{stack.places()['scheduler.url']}/api"
    with urllib3.PoolManager() as pool:
        user = {"user": {"loginName": "bench", "password": "bench"}, "tokenType": {"type": "User"}}
        token = pool.request("POST", f"{url}/tokens", json=user).json()["id"]
        took = []
        for _ in range(20):
            began = time.perf_counter()
            answer = pool.request("GET", f"{url}/{path}", headers={"Authorization": f"Token {token}"})
            took.append(time.perf_counter() - began)
            if answer.status != 200:
                raise SystemExit(f"{path}: {answer.status} {answer.data!r}")
    return statistics.median(took) * 1000


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--jobs", type=int, nargs="+", default=[10, 100, 1000, 10_000])
    options.add_argument("--processes", action="store_true", help="real processes instead of Null Jobs")
    asked = options.parse_args()
    with LocalStack(reachable=True) as stack:  # its API is asked from here
        costs = [measure(stack, jobs, processes=asked.processes) for jobs in asked.jobs]
    print(f"{'jobs':>8} {'CPU':>9} {'a job':>9} {'wall':>9}  {'processes' if asked.processes else 'Null Jobs'}")
    for cost in costs:
        print(f"{cost.jobs:8,} {cost.cpu_s:7.2f} s {cost.cpu_s / cost.jobs * 1e6:6.0f} us {cost.wall_s:7.2f} s")
    largest = costs[-1]
    print(f"goal at 10,000 jobs: {GOAL_CPU_S:g} s of CPU; queries of a status {GOAL_QUERY_MS:g} ms")
    for name, took_ms in largest.queries_ms.items():
        print(f"{name:>20} {took_ms:7.2f} ms at {largest.jobs:,} jobs")
    print(machine())


if __name__ == "__main__":
    main()
