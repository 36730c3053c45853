"""A chain as far as another scheduler knows it, and the chain file that says what is missing."""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from harness.chain.rules import minutes_of

_WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z_./][A-Za-z0-9_./+@-]*")
_WORDS_OF_YAML = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")
EVENING = "22:00"
"""When a night begins, unless the chain says otherwise."""
_FIRST = ("run", "file_arrival", "null_job", "cron", "at", "after", "requires")
"""The keys of a job that are read first; the others keep their order."""
_MISSING = {
    "owner": "owner: TEAM             who is paged when a job fails",
    "runbook": "runbook: runbook.md     what they read then",
    "deadline": 'deadline: "06:00"       by when the consumers must have everything',
}


@dataclass(frozen=True)
class Remark:
    """Something that could not be carried over, and the place in the original that says it."""

    line: int
    text: str


@dataclass
class Draft:
    """One job in the chain file's words: what is not known has no key."""

    name: str
    keys: dict[str, Any] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def remark(self, line: int, text: str) -> None:
        """Say what of it could not be carried over."""
        self.remarks.append(Remark(line, text))


@dataclass
class Skeleton:
    """A chain to be completed by hand.

    ``origin`` names the file as remarks do; ``declared`` are keys of the chain besides its jobs.
    """

    name: str
    origin: str
    jobs: list[Draft]
    declared: dict[str, Any] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    _starts: list[str] = field(default_factory=list)

    def remark(self, line: int, text: str) -> None:
        """Say what of the whole could not be carried over."""
        self.remarks.append(Remark(line, text))

    def all_remarks(self) -> list[str]:
        """Every remark with its place, in the order of the original's lines."""
        found = [*self.remarks, *(remark for job in self.jobs for remark in job.remarks)]
        return [self._told(remark) for remark in sorted(found, key=lambda remark: remark.line)]

    def _told(self, remark: Remark) -> str:
        line = "".join(one if one.isprintable() else " " for one in remark.text)
        return f"{self.origin}:{remark.line}: {line}"

    def text(self) -> str:
        """The chain file. A key that is missing has no value made up for it, so that loading names it."""
        chain = CommentedMap()
        chain["chain"] = _value(self.name)
        for key in ("timezone", "owner"):
            if key in self.declared:
                chain[key] = _value(self.declared[key])
        for key, value in self._evening().items():
            chain[key] = _value(value)
        for key, value in self.declared.items():
            if key not in chain:
                chain[key] = _value(value)
        jobs = CommentedMap()
        for job in self.jobs:
            jobs[job.name] = _job(job)
        chain["jobs"] = jobs
        chain.yaml_set_start_comment("\n".join(self._head()))
        for job in self.jobs:
            before = _wrapped(map(self._told, job.remarks))
            if before:
                jobs.yaml_set_comment_before_after_key(job.name, before=before, indent=2)
        yaml = YAML()
        yaml.width = 1_000_000  # a command is one line, however long
        yaml.indent(mapping=2, sequence=4, offset=2)
        out = io.StringIO()
        yaml.dump(chain, out)
        return out.getvalue()

    def begin_by(self, time: str) -> None:
        """Let the night begin by then."""
        self._starts.append(time)

    def _evening(self) -> dict[str, str]:
        """An evening early enough for the first start; without one, the night's usual hours."""
        starts = self._starts + [job.keys["at"] for job in self.jobs if "at" in job.keys]
        early = sorted(at for at in starts if "12:00" <= at < EVENING)
        if not early:
            return {}
        return {"evening": early[0]} | ({"closes": "11:59"} if early[0] == "12:00" else {})

    def _head(self) -> list[str]:
        missing = [text for key, text in _MISSING.items() if key not in self.declared]
        lines = [f"A chain skeleton made from {self.origin}. It lacks what nobody can read there:"]
        lines += [f"  {text}" for text in missing]
        lines += ["  files:, consumers:      what the source publishes, and who receives it"]
        lines += ["and harness lint names each owner, runbook and program that is missing, with its line."]
        if self.remarks:
            remarks = sorted(self.remarks, key=lambda remark: remark.line)
            lines += ["", *_wrapped(map(self._told, remarks)).splitlines()]
        return lines


def distinct(name: str, taken: Sequence[str]) -> str:
    """The name, or with a number where it is taken already."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    return found


def night_order(time: str) -> float:
    """Where a time of day comes in a night: the evening before the morning."""
    return minutes_of(time) or 0.0


def shown(text: str) -> str:
    """A found text, short enough for a remark of one line."""
    line = " ".join(text.split())
    return line if len(line) <= 70 else line[:67] + "..."


def _wrapped(remarks: Any) -> str:
    wrapped = (textwrap.wrap(one, _WIDTH, subsequent_indent="  ", break_long_words=False) for one in remarks)
    return "\n".join(line for lines in wrapped for line in lines)


def _job(job: Draft) -> CommentedMap:
    found = CommentedMap()
    for key in (*(key for key in _FIRST if key in job.keys), *(key for key in job.keys if key not in _FIRST)):
        found[key] = _value(job.keys[key])
    return found


def _value(value: Any) -> Any:
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS_OF_YAML
        return value if plain else DoubleQuotedScalarString(value)
    if isinstance(value, Mapping):
        found = CommentedMap((key, _value(one)) for key, one in value.items())
        if not any(isinstance(one, Mapping) for one in value.values()):
            found.fa.set_flow_style()
        return found
    if isinstance(value, list | tuple):
        listed = CommentedSeq(_value(one) for one in value)
        if not any(isinstance(one, Mapping) for one in value):
            listed.fa.set_flow_style()
        return listed
    return value
