"""An eight-hour night of real job processes, against the same programs with every wait removed.

    python -m tests.benchmarks.night [--repeat 9]

The night is that of reference_night.py, on a warm local stack. "Every wait removed": the same job programs, in the same
order and as often, as plain processes one after the other, with no scheduler between them, against the same mocks in
real time: the same interpreter starts, the same requests, the same half files; the request that hangs is one that is
refused at once. Both run in turn (A B A B ...), so that whatever else the machine does strikes both.
"""

from __future__ import annotations

import argparse
import resource
import socket
import statistics
import subprocess
import tempfile
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from harness.stack.local.stack import LocalStack
from tests.benchmarks.machine import cpu_s, machine
from tests.benchmarks.reference_night import ROWS, Lived, ReferenceNight


def without_waits(night: ReferenceNight, launches: list[str], refused: str, folder: Path) -> float:
    """The launches of a night as plain processes, none waiting for anything: wall seconds."""
    plan = replace(night.plan(), service_time=False)
    jobs = {job.job: job for job in plan.jobs}
    night.stack.reset(replace(plan, files=tuple(replace(file, arrives_ns=0) for file in plan.files)))
    codes = []
    with night.injected(night.half_a_file()):
        began = time.perf_counter()
        for number, name in enumerate(launches):
            job = jobs[name]
            hung = {"SOURCE_URL": refused} if number == 0 else {}
            with (folder / f"{number}.out").open("wb") as out, (folder / f"{number}.err").open("wb") as err:
                codes.append(
                    subprocess.run(
                        job.run,
                        cwd=job.cwd,
                        env={**job.environment, **hung},
                        stdin=subprocess.DEVNULL,
                        stdout=out,
                        stderr=err,
                        start_new_session=True,
                        check=False,
                    ).returncode
                )
        wall_s = time.perf_counter() - began
    stored = sum(event.value["rows"] for event in night.history().of("batch", component="planning", type="ok"))
    if codes != [1, 1, 1, 0, 0, 0] or stored != ROWS:
        raise RuntimeError(f"not the same night: exit codes {codes}, {stored} rows stored")
    return wall_s


def refusing() -> socket.socket:
    """An address at which every connection is refused, for as long as this is open: bound, and not listening."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeat", type=int, default=9)
    repeat = options.parse_args().repeat
    nights: list[Lived] = []
    floors, controllers, mocks, jobs = [], [], [], []
    with (
        tempfile.TemporaryDirectory(dir="/dev/shm") as name,
        LocalStack() as virtual,
        LocalStack(virtual=False, reachable=True) as real,
        closing(refusing()) as nobody,
    ):
        folder = Path(name)
        here, plain = ReferenceNight(virtual, folder / "store"), ReferenceNight(real, folder / "store")
        if virtual.clock != "virtual":
            raise SystemExit(f"no virtual time here: {virtual.clock}")
        refused = "http://{}:{}".format(*nobody.getsockname())
        health = virtual.door.ask("GET", "/health")
        supervisor, servers = health["pid"], set(health["mocks"].values())
        without_waits(plain, here.live().launches, refused, folder)  # both are warm from here on
        for _ in range(repeat):
            before = cpu_s(supervisor), cpu_s(*servers)
            nights.append(here.live())
            controllers.append(cpu_s(supervisor) - before[0])
            mocks.append(cpu_s(*servers) - before[1])
            if len(nights[-1].launches) != 6 or nights[-1].delivered != ROWS:
                raise RuntimeError(f"not that night: {nights[-1].launches}, {nights[-1].delivered} rows")
            spent = resource.getrusage(resource.RUSAGE_CHILDREN)
            floors.append(without_waits(plain, nights[-1].launches, refused, folder))
            now = resource.getrusage(resource.RUSAGE_CHILDREN)
            jobs.append(now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime)
    virtual_s = (here.times.deadline_ns - here.times.begins_ns) / 1e9
    wall, floor = statistics.median(night.wall_s for night in nights), statistics.median(floors)
    pairs = [night.wall_s / floor for night, floor in zip(nights, floors, strict=True)]
    controller, mock, job = (statistics.median(spent) for spent in (controllers, mocks, jobs))
    print(f"the night, 8 h           {wall:7.3f} s   median of {repeat}; {len(nights[0].launches)} job processes")
    print(f"every wait removed       {floor:7.3f} s   the night takes {wall / floor:.2f} x (goal 1.3; pairs"
          f" {min(pairs):.2f} to {max(pairs):.2f}, median {statistics.median(pairs):.2f})")  # fmt: skip
    print(f"virtual : wall        {virtual_s / wall:10,.0f} : 1   (goal 50,000)")
    print(f"jumps                    {statistics.median(night.jumps for night in nights):7.0f}")
    share = controller / (controller + mock + job)
    print(f"CPU                      {share:7.0%}     of it the supervisor's (controller, door, a reset; goal 10 %):"
          f" {controller * 1000:.0f} ms; mocks {mock * 1000:.0f} ms; jobs, bare, {job * 1000:.0f} ms")  # fmt: skip
    print(machine())


if __name__ == "__main__":
    main()
