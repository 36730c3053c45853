"""Crontabs become chain skeletons of profile cron: every entry with its times, and what cannot be said, named."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import LoadError
from harness.importing.crontab import read_crontab
from harness.importing.skeleton import Draft, Skeleton

CRONTAB = Path(__file__).parent / "planning.crontab"


def skeleton(text: str, *, system: bool = False) -> Skeleton:
    return read_crontab(text, Path("feed.cron"), system=system)


def only_job(text: str, *, system: bool = False) -> Draft:
    [job] = skeleton(text, system=system).jobs
    return job


def remarks(text: str) -> str:
    return "\n".join(skeleton(text).all_remarks())


@pytest.fixture(scope="module")
def planning() -> dict[str, Draft]:
    return {job.name: job for job in read_crontab(CRONTAB.read_text(), CRONTAB).jobs}


def test_jobs_are_called_after_their_scripts_modules_and_programs(planning: dict[str, Draft]) -> None:
    assert list(planning) == ["retrieve", "validate", "curl", "archive", "mail", "poll", "rotate", "agent"]
    assert [one.name for one in skeleton("@daily python -m feed.load\n@daily python -m feed.load --all\n").jobs] == [
        "load",
        "load-2",
    ]


def test_a_plain_command_is_its_words_and_any_other_goes_to_the_shell_of_the_crontab(
    planning: dict[str, Draft],
) -> None:
    assert planning["retrieve"].keys["run"] == ["python", "jobs/retrieve.py"]
    assert planning["validate"].keys["run"] == [
        "/bin/bash", "-c", "cd /srv/feed && ./validate.sh >> validate.log 2>&1",
    ]  # fmt: skip
    assert only_job("0 2 * * * exit 3").keys["run"] == ["/bin/sh", "-c", "exit 3"]
    assert only_job("0 2 * * * A=1 ./run").keys["run"] == ["/bin/sh", "-c", "A=1 ./run"]


def test_settings_count_from_their_line_on(planning: dict[str, Draft]) -> None:
    whole = read_crontab(CRONTAB.read_text(), CRONTAB)
    assert whole.declared == {
        "timezone": "Europe/Paris",
        "scheduler": {"profile": "cron", "mailto": "data-ops@example.com"},
        "environment": {"PATH": "/usr/local/bin:/usr/bin:/bin"},
    }
    assert "environment" not in planning["validate"].keys
    assert planning["curl"].keys["environment"] == {"FEED_MODE": "full"}
    assert (
        "planning.crontab:4: output is mailed to data-ops@example.com, and a mail is no page" in whole.all_remarks()[0]
    )


def test_an_entry_keeps_its_times_as_they_are_written(planning: dict[str, Draft]) -> None:
    assert planning["retrieve"].keys["cron"] == "0 2 * * 1-5"
    assert planning["poll"].keys["cron"] == "7,23 1,4 * * *"
    assert planning["rotate"].keys["cron"] == "@daily"
    assert "cron" not in planning["agent"].keys


@pytest.mark.parametrize(
    ("text", "scheduler"),
    [
        ("0 2 * * * ./run\n", {"profile": "cron"}),
        ("MAILTO=ops\n0 2 * * * ./run\n", {"profile": "cron", "mailto": "ops"}),
        ('MAILTO=""\n0 2 * * * ./run\n', {"profile": "cron", "mailto": ""}),
    ],
)
def test_cron_mails_whom_the_crontab_says(text: str, scheduler: dict[str, str]) -> None:
    assert skeleton(text).declared["scheduler"] == scheduler


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("0 2 * * * ./run%some input", "1: the standard input 'some input' after % is not carried over"),
        ("*/15 * * * * ./run", "1: its starts from 12:00 to 21:45 are not of a night that begins at 22:00"),
        ("MAILTO=a\n@daily ./a\nMAILTO=b\n@daily ./b", "4: its MAILTO is b, and a chain has one 'mailto'"),
        ("@reboot ./run", "1: @reboot is no time of a night"),
        ("HOME=/srv\n0 2 * * * ./run", "1: HOME=/srv is not carried over"),
        ("LD_PRELOAD=x.so\n0 2 * * * ./run", "1: LD_PRELOAD is not carried over: it belongs to the night's clock"),
        ("0 2 * * * ./run", "1: its times are those of its machine, which it does not name: say timezone"),
        ("CRON_TZ=Asia/Tokyo\n@daily ./a\nCRON_TZ=UTC\n@daily ./b", "4: its CRON_TZ is UTC, and a chain has one time"),
    ],
)
def test_what_a_chain_cannot_say_is_named_with_its_line(entry: str, said: str) -> None:
    assert f"feed.cron:{said}" in remarks(entry)


def test_a_protected_percent_sign_is_one() -> None:
    assert only_job(r"0 2 * * * date +\%F > today").keys["run"] == ["/bin/sh", "-c", "date +%F > today"]


def test_an_entry_of_a_system_crontab_names_its_user() -> None:
    text = "0 2 * * * feed python retrieve.py\n@hourly root ./check\n"
    retrieve, check = skeleton(text, system=True).jobs
    assert (retrieve.keys["run"], check.keys["run"]) == (["python", "retrieve.py"], ["./check"])
    assert "it runs as the user feed" in retrieve.remarks[0].text


def test_all_that_is_wrong_is_told_at_once_with_its_line() -> None:
    with pytest.raises(LoadError) as refused:
        skeleton("0 25 * * * ./run\n\n# fine\n0 2 * *\nhello\n@often ./run\n0 2 * * * root ./run\n")
    assert str(refused.value).splitlines() == [
        "feed.cron:1: found '0 25 * * *', expected a cron expression: bad hour",
        "feed.cron:4: found '0 2 * *', expected minute hour day month weekday COMMAND, or NAME=VALUE",
        "feed.cron:5: found 'hello', expected minute hour day month weekday COMMAND, or NAME=VALUE",
        "feed.cron:6: found '@often', expected five fields (minute hour day month weekday) or @daily",
        "feed.cron:7: found 'root' where the command begins, as in a system crontab: harness import system-crontab",
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "MAILTO=ops\n"])
def test_a_crontab_without_entries_is_refused(text: str) -> None:
    with pytest.raises(LoadError, match=r"feed.cron:1: found no entry, expected lines such as: 0 2 \* \* \*"):
        skeleton(text)
