"""A chain skeleton of profile cron from a crontab: of a user, or a system one, whose entries name their users.

The format is that of crontab(5), with CRON_TZ of cronie; what a percent sign means is there too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness.chain.cron import parsed
from harness.errors import LoadError, Mistake
from harness.importing.commands import argv, name_of
from harness.importing.skeleton import EVENING, Draft, Skeleton, distinct, shown

_SETTING = re.compile(r"""\s*(?:(['"])(?P<quoted>[^'"]+)\1|(?P<name>[A-Za-z_]\w*))\s*=\s*(?P<value>.*?)\s*""")
_SPECIAL = ("SHELL", "MAILTO", "MAILFROM", "CRON_TZ", "HOME", "LOGNAME", "RANDOM_DELAY")
_PERCENT = re.compile(r"(?<!\\)%")


@dataclass(frozen=True)
class _Entry:
    line: int
    when: str
    command: str
    user: str | None
    settings: Mapping[str, str]


@dataclass
class _Lines:
    """What the lines of a crontab say; a wrong one is a mistake with its line."""

    file: Path
    system: bool
    entries: list[_Entry] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    set_on: dict[tuple[str, str], int] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self, text: str) -> None:
        for line, written in enumerate(text.splitlines(), 1):
            stripped = written.strip()
            if not stripped or stripped.startswith("#"):
                continue
            setting = _SETTING.fullmatch(written)
            if setting:
                name, value = setting["quoted"] or setting["name"], _unquoted(setting["value"])
                self.settings = self.settings | {name: value}
                self.set_on.setdefault((name, value), line)
            else:
                self._entry(line, stripped)

    def _entry(self, line: int, written: str) -> None:
        fields = 1 if written.startswith("@") else 5
        words = written.split(None, fields + self.system)
        if len(words) <= fields + self.system:
            form = "minute hour day month weekday" if fields == 5 else "@daily"
            expected = f"expected {form} {'USER ' if self.system else ''}COMMAND, or NAME=VALUE"
            self.mistakes.append(Mistake(self.file, line, f"found '{shown(written)}', {expected}"))
            return
        user = words[fields] if self.system else None
        if not self.system and words[fields].split()[0] == "root":
            text = "found 'root' where the command begins, as in a system crontab: harness import system-crontab"
            self.mistakes.append(Mistake(self.file, line, text))
            return
        when = " ".join(words[:fields])
        self.entries.append(_Entry(line, when, words[-1], user, self.settings))


def read_crontab(text: str, file: Path, *, system: bool = False) -> Skeleton:
    """Every entry as a job with its times; raises LoadError with all that is wrong in the file."""
    lines = _Lines(file, system)
    lines.read(text)
    if not lines.entries and not lines.mistakes:
        lines.mistakes.append(Mistake(file, 1, "found no entry, expected lines such as: 0 2 * * * python retrieve.py"))
    skeleton = Skeleton(file.stem or "crontab", file.name, [])
    zone = _timezone(lines.entries, skeleton)
    skeleton.declared["scheduler"] = _scheduler(lines.entries, skeleton)
    for (name, value), line in lines.set_on.items():
        if because := _setting_not_carried(name, value):
            skeleton.remark(line, because)
    common = _common([_environment(entry) for entry in lines.entries])
    for entry in lines.entries:
        try:
            times = _times(entry)
        except ValueError as error:
            lines.mistakes.append(Mistake(file, entry.line, str(error)))
            continue
        _add_job(skeleton, entry, times, zone, common)
        if times and all(map(_by_day, times)):
            skeleton.begin_by(times[0])
    if lines.mistakes:
        raise LoadError(lines.mistakes)
    if common:
        skeleton.declared["environment"] = common
    return skeleton


def _scheduler(entries: list[_Entry], skeleton: Skeleton) -> dict[str, str]:
    """The profile, with the address that the first entry mails; a chain has one."""
    found = {"profile": "cron"}
    mailed = [entry.settings.get("MAILTO") for entry in entries]
    if mailed and mailed[0] is not None:
        found["mailto"] = mailed[0]
    for entry, address in zip(entries, mailed, strict=True):
        if address != mailed[0]:
            skeleton.remark(entry.line, f"its MAILTO is {address or 'nobody'}, and a chain has one 'mailto'")
            break
    return found


def _times(entry: _Entry) -> list[str]:
    """Its times of day; raises ValueError for what is no cron expression."""
    if entry.when.lower() == "@reboot":
        return []
    found = parsed(entry.when)
    return [f"{hour:02d}:{minute:02d}" for hour in sorted(found.hours) for minute in sorted(found.minutes)]


def _add_job(skeleton: Skeleton, entry: _Entry, times: list[str], zone: str | None, common: Mapping[str, str]) -> None:
    command, stdin = _command(entry.command)
    job = Draft(distinct(name_of(command), [one.name for one in skeleton.jobs]))
    job.keys["run"] = argv(command, entry.settings.get("SHELL", "/bin/sh"))
    if times:
        job.keys["cron"] = entry.when
    else:
        job.remark(entry.line, "@reboot is no time of a night: give it a start, or drop the job")
    own = {name: value for name, value in _environment(entry).items() if name not in common}
    if own:
        job.keys["environment"] = own
    by_day = [time for time in times if _by_day(time)]
    if by_day and len(by_day) < len(times):
        text = f"its starts from {by_day[0]} to {by_day[-1]} are not of a night that begins at {EVENING}"
        job.remark(entry.line, text)
    for text in _not_carried(entry, stdin, zone):
        job.remark(entry.line, text)
    skeleton.jobs.append(job)


def _by_day(time: str) -> bool:
    return "12:00" <= time < EVENING


def _command(written: str) -> tuple[str, str | None]:
    """The command, and the standard input that follows its first percent sign that no backslash protects."""
    parts = _PERCENT.split(written, maxsplit=1)
    command = parts[0].replace(r"\%", "%").strip()
    return command, parts[1] if len(parts) > 1 else None


def _not_carried(entry: _Entry, stdin: str | None, zone: str | None) -> list[str]:
    found = []
    if stdin is not None:
        found.append(f"the standard input '{shown(stdin)}' after % is not carried over: let the job read a file")
    if entry.user is not None:
        found.append(f"it runs as the user {entry.user}; here jobs run as whoever starts the night")
    own_zone = entry.settings.get("CRON_TZ")
    if own_zone is not None and own_zone != zone:
        found.append(f"its CRON_TZ is {own_zone}, and a chain has one time zone: its times are not converted")
    return found


def _setting_not_carried(name: str, value: str) -> str | None:
    if name == "MAILTO" and value:
        return f"output is mailed to {value}, and a mail is no page: let each program page its owner when it fails"
    if name in ("HOME", "RANDOM_DELAY", "MAILFROM", "LOGNAME"):
        return f"{name}={value} is not carried over: jobs start in the chain's folder, as who starts the night, on time"
    if _refused(name):
        return f"{name} is not carried over: it belongs to the night's clock"
    return None


def _timezone(entries: list[_Entry], skeleton: Skeleton) -> str | None:
    zones = [entry.settings.get("CRON_TZ") for entry in entries]
    zone = next((one for one in zones if one), None)
    if zone is not None:
        skeleton.declared["timezone"] = zone
    elif entries:
        skeleton.remark(entries[0].line, "its times are those of its machine, which it does not name: say timezone")
    return zone


def _environment(entry: _Entry) -> dict[str, str]:
    return {name: value for name, value in entry.settings.items() if name not in _SPECIAL and not _refused(name)}


def _refused(name: str) -> bool:
    return name == "LD_PRELOAD" or name.startswith("NIGHT_")


def _common(environments: list[dict[str, str]]) -> dict[str, str]:
    """The variables that all entries have with the same value."""
    first = environments[0] if environments else {}
    return {name: value for name, value in first.items() if all(one.get(name) == value for one in environments)}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
