"""What `harness new` writes: for each kind a module, its test and its page.

``{name}`` is what users type, ``{kind_name}`` its class, ``{words}`` the name in words.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.scaffold import neighbours

FAULT = '''\
"""A fault of our own: {words}."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness import STRICT, Fault, System, fault
from harness.contract import points
from harness.contract.effects import scheduler as effects


@fault("{name}")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class {kind_name}(Fault):
    """Let the program of a job be gone when the scheduler starts it.

    This is where it says what it does to which parameter; then, under each of these, one sentence or more.

    Stands for: an incident that your team had, with its date.
    Detectable by: the scheduler's status.
    A sound chain: starts the job again by a rule, and pages its owner when that does not help.
    """

    job: str

    named_by: ClassVar[tuple[str, ...]] = ("{words}", "no such file")
    detectable_by: ClassVar[tuple[str, ...]] = ("job status",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the point at which it acts; leaving the context takes it out again."""
        return system.armed(self, points.LAUNCH, effects.WrongLaunch(cause="program_not_found"), job=self.job)
'''

FAULT_TEST = '''\
"""{kind_name} keeps what every fault promises."""

from {name} import {kind_name}

from harness.testing import FaultContract


class Test{kind_name}(FaultContract):
    example = {kind_name}(job="retrieve", times=1)
'''

FAULT_PAGE = """\
# {name}

Say here what happened to you, what it cost, and what the chain does about it now. In a scenario:

```yaml
faults:
  - {name}: {{job: retrieve, times: 1}}
```
"""

CHECK = '''\
"""A check of our own: {words}."""

from __future__ import annotations

from harness import Finding, History, Outcome, check


@check("{name}", violated=Outcome.DEGRADED)
def {name}(night: History, baseline: History) -> Finding:
    """No job is launched more than three times.

    Applies: to every night.
    Unknown: when nothing was launched.
    Does not verify: that what a job does twice is done once.
    """
    launches: dict[str, int] = {{}}
    for event in night.of("launch", type="invoke"):
        launches[event.value["job"]] = launches.get(event.value["job"], 0) + 1
    if not launches:
        return Finding.unknown("nothing was launched")
    often = [job for job, count in launches.items() if count > 3]
    if often:
        return Finding.violated("a job was launched more than three times", often=often)
    return Finding.holds("no job was launched more than three times")
'''

CHECK_TEST = '''\
"""{name} finds what it should, in nights that are written by hand."""

import {name}  # registers it

from harness.testing import CheckContract, history_of

LAUNCH = ("02:00:00", "scheduler", "launch invoke", {{"job": "retrieve", "attempt": 1}})
BASELINE = history_of(LAUNCH)


class Test{kind_name}(CheckContract):
    name = {name}.__name__
    examples = {{
        "holds": (history_of(LAUNCH), BASELINE),
        "violated": (history_of(*[LAUNCH] * 4), BASELINE),
        "unknown": (history_of(), BASELINE),
    }}
'''

CHECK_PAGE = """\
# {name}

Say here why the property matters to you, and who decided what its violation makes of a night.
"""

FORMAT = '''\
"""A format of our own: {words}."""

from __future__ import annotations

from harness.formats import Layout, Sink, Table, Totals, file_format


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """A line a record, its values between bars; a batch of records at a time, each batch a column at a time."""
    if layout.header:
        out.write(("|".join(column.name for column in table.columns) + "\\n").encode())
    for batch in table.batches():
        for row in zip(*batch, strict=True):
            out.write(("|".join(str(value) for value in row) + "\\n").encode())
    return table.totals


file_format("{name}", write, header=1)
'''

FORMAT_TEST = '''\
"""{name} is read back as it was written, by something else than what wrote it."""

import csv

import {name}  # registers it

from harness.formats import Column
from harness.testing import FormatContract


class Test{kind_name}(FormatContract):
    name = {name}.__name__
    columns = (Column("site", "text"), Column("pieces", "text"))
    rows = [["Lyon", "3"], ["Saint-Etienne", "12"]]

    def read(self, data):
        header, *rows = csv.reader(data.decode().splitlines(), delimiter="|")
        assert header == ["site", "pieces"]
        return rows
'''

FORMAT_PAGE = """\
# {name}

Say here who sends files like that, and what they look like to the byte. In a chain:

```yaml
content: {{factory: forecast, rows: 100, format: {name}}}
```

For the faults in a file's content its lines are a header, if there is one, and records. What else it is made of (a
trailer and what that counts, where columns stand), `file_format(..., units=...)` says.
"""

TEMPLATES: Mapping[str, Mapping[str, str]] = {
    "fault": {"{name}.py": FAULT, "test_{name}.py": FAULT_TEST, "{name}.md": FAULT_PAGE},
    "check": {"{name}.py": CHECK, "test_{name}.py": CHECK_TEST, "{name}.md": CHECK_PAGE},
    "format": {"{name}.py": FORMAT, "test_{name}.py": FORMAT_TEST, "{name}.md": FORMAT_PAGE},
    "consumer": {
        "{name}.py": neighbours.CONSUMER,
        "{name}_in_mocks.py": neighbours.CONSUMER_IN_MOCKS,
        "test_{name}.py": neighbours.CONSUMER_TEST,
        "{name}.md": neighbours.CONSUMER_PAGE,
    },
    "channel": {
        "{name}.py": neighbours.CHANNEL,
        "test_{name}.py": neighbours.CHANNEL_TEST,
        "{name}.md": neighbours.CHANNEL_PAGE,
    },
}
"""By kind: the files; ``{name}.py`` is the module that the harness imports."""

IN_MOCKS: Mapping[str, str] = {"consumer": "{name}_in_mocks.py", "channel": "{name}.py"}
"""Of a kind that has one: the file that the mocks import."""
