"""Files to chains and scenarios: every mistake has its line, what was found, what was expected, the nearest name."""

import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.chain.loading import load_chain
from harness.errors import LoadError, Mistake
from harness.faults import LaunchFailure
from harness.scenario.loading import load_scenario
from harness.values.strict import Location
from harness.values.yaml_source import read
from tests.sample import sample

CHAIN = """
    chain: feed
    timezone: Europe/Paris
    owner: data-ops
    deadline: "06:00"
    files:
      forecast: {name: "f_{date:%Y%m%d}.csv", arrives: "01:30", content: {factory: forecast, rows: 10}}
    jobs:
      retrieve:
        run: [python, jobs/retrieve.py]
        at: "02:00"
        max_run_time: 45m
      load:
        run: [python, jobs/load.py]
        after: [retrieve]
    consumers:
      planning: {kind: http, key: [site]}
    defences:
      retry: {variable: RETRY}
"""

SCENARIO = """
    scenario: a launch failure is retried
    chain: chain.yaml
    night: 2026-11-23
    faults:
      - launch_failure: {job: retrieve, times: 2}
    expect:
      outcome: recovered
      by: "06:00"
      paged: nobody
"""

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    return written


def chain_mistakes(path: Path) -> list[str]:
    with pytest.raises(LoadError) as raised:
        load_chain(path)
    return [line.replace(f"{path.parent}/", "") for line in str(raised.value).splitlines()]


def scenario_mistakes(path: Path) -> list[str]:
    with pytest.raises(LoadError) as raised:
        load_scenario(path)
    return [line.replace(f"{path.parent}/", "") for line in str(raised.value).splitlines()]


def test_a_chain_knows_its_folder_and_the_line_of_each_key(write: Write) -> None:
    path = write("chain.yaml", CHAIN)
    chain = load_chain(path)
    assert chain.folder == path.parent
    assert chain.where("jobs", "load", "after", 0) == f"{path}:14"
    assert chain.where("jobs", "load", "owner") == f"{path}:12"
    assert chain.files["forecast"].content.parameters == {"rows": 10}


def test_a_scenario_brings_its_chain(write: Write) -> None:
    write("chain.yaml", CHAIN)
    path = write("scenario.yaml", SCENARIO)
    scenario = load_scenario(path)
    assert scenario.chain.chain == "feed"
    assert scenario.faults == (LaunchFailure(job="retrieve", times=2),)
    assert (scenario.file, scenario.line("faults", 0)) == (path, 5)


def test_a_chains_path_is_relative_to_the_scenarios_file(write: Write) -> None:
    write("chains/chain.yaml", CHAIN)
    path = write("scenarios/one.yaml", SCENARIO.replace("chain.yaml", "../chains/chain.yaml"))
    assert load_scenario(path).chain.folder.name == "chains"


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("owner: data-ops", "ownr: data-ops", "chain.yaml:3: unknown key 'ownr'. Did you mean 'owner'? Known: chain,"),
        (
            "max_run_time: 45m",
            "max_runtime: 45m",
            "chain.yaml:11: unknown key 'max_runtime'. Did you mean 'max_run_time'?",
        ),
        ("max_run_time: 45m", "max_run_time: 45", "chain.yaml:11: found 45, expected a duration with its unit"),
        ('at: "02:00"', 'at: "2 am"', "chain.yaml:10: found '2 am', expected a time of day in quotes"),
        ('at: "02:00"', "at: 2", "chain.yaml:10: found 2, expected a time of day in quotes"),
        ("after: [retrieve]", "after: [retreive]", "chain.yaml:14: unknown job 'retreive'. Did you mean 'retrieve'?"),
        ("after: [retrieve]", "after: [load]", "chain.yaml:14: the jobs wait for each other in a cycle: load -> load"),
        (
            "run: [python, jobs/load.py]",
            "run: python",
            "chain.yaml:13: found 'python', expected a list: write run: [python]",
        ),
        ("run: [python, jobs/load.py]", "run: []", "chain.yaml:13: found a list, expected at least one entry"),
        ("kind: http", "kind: htp", "chain.yaml:16: found 'htp', expected http"),
        ("key: [site]", "key: [1]", 'chain.yaml:16: found 1, expected text: write it in quotes, "1"'),
        (
            "rows: 10",
            "row: 10",
            "chain.yaml:6: unknown parameter of the factory 'forecast' 'row'. Did you mean 'rows'?",
        ),
        ("rows: 10", 'rows: "10"', "chain.yaml:6: the factory 'forecast': rows: found '10', expected a whole number"),
        ("factory: forecast", "factory: forcast", "chain.yaml:6: unknown factory 'forcast'. Did you mean 'forecast'?"),
        ("factory: forecast, rows: 10", "copy: real.csv", "chain.yaml:6: there is no file 'real.csv' (looked for "),
        (
            "rows: 10",
            "formt: csv",
            "chain.yaml:6: unknown parameter of the factory 'forecast' 'formt'. Did you mean 'format'?",
        ),
        (
            "rows: 10",
            "format: jsnl",
            "chain.yaml:6: unknown format 'jsnl'. Did you mean 'jsonl'? Known: csv, fixed",
        ),
        ("rows: 10", "compress: rar", "chain.yaml:6: found 'rar', expected gzip, bz2, xz, zip, tar,"),
        ("rows: 10", "delimiter: ab", "chain.yaml:6: found 'ab', expected one character, such as ';'"),
        ("rows: 10", "format: jsonl, delimiter: ;", "chain.yaml:6: a jsonl file has no delimiter: drop it, or say"),
        ("rows: 10", "format: jsonl, header: true", "chain.yaml:6: a jsonl file has no header: drop it"),
        ("rows: 10", "format: parquet, trailer: true", "chain.yaml:6: a parquet file has no trailer: drop it"),
        ("rows: 10", "format: parquet, compress: gzip", "chain.yaml:6: a Parquet file is compressed inside: drop it"),
        ("rows: 10", "header: 2", "chain.yaml:6: found header: 2, expected true or false: a file that is made has"),
        ("rows: 10", "header: -1", "chain.yaml:6: found -1, expected a number greater than or equal to 0"),
        (
            "rows: 10",
            "control: quantiy",
            "chain.yaml:6: the factory 'forecast': unknown column 'quantiy'. Did you mean 'quantity'? Columns of numb",
        ),
        (
            "rows: 10",
            "control: site",
            "chain.yaml:6: the factory 'forecast': the column 'site' holds no numbers. Columns of numbers: quantity",
        ),
        (
            "factory: forecast, rows: 10",
            "copy: chain.yaml, formt: csv",
            "chain.yaml:6: unknown key of a copied file 'formt'. Did you mean 'format'? Known: copy, format, compress,",
        ),
        (
            'arrives: "01:30"',
            'arrives: "01:30", flag: done',
            "chain.yaml:6: found 'done', expected a name with {name} (the file's) or {date} in it, such as",
        ),
        ("timezone: Europe/Paris", "timezone: Paris", "chain.yaml:2: found 'Paris', expected a time zone's name"),
        ("retry: {variable: RETRY}", "retry: RETRY", "chain.yaml:18: found 'RETRY', expected a mapping (key: value)"),
        ("jobs:\n", "jobs: 7\n    jops:\n", "chain.yaml:7: found 7, expected a mapping (key: value)"),
    ],
)
def test_a_mistake_in_a_chain_is_told_at_its_line(write: Write, right: str, wrong: str, expected: str) -> None:
    path = write("chain.yaml", CHAIN.replace(right, wrong))
    assert any(line.startswith(expected) for line in chain_mistakes(path)), chain_mistakes(path)


def test_a_missing_owner_is_told_for_the_chain_and_at_the_line_of_each_job(write: Write) -> None:
    path = write("chain.yaml", CHAIN.replace("    owner: data-ops\n", ""))
    assert [line.split(":", 2)[1:] for line in chain_mistakes(path)] == [
        ["1", " missing key 'owner'"],
        ["7", " job 'retrieve' has no owner: name one here or for the whole chain ('owner: TEAM')"],
        ["11", " job 'load' has no owner: name one here or for the whole chain ('owner: TEAM')"],
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        (
            "launch_failure:",
            "launch_failur:",
            "s.yaml:5: unknown fault 'launch_failur'. Did you mean 'launch_failure'?",
        ),
        ("times: 2", "time: 2", "s.yaml:5: unknown key 'time'. Did you mean 'times'? Known: job, cause, at, on, for,"),
        ("times: 2", "times: two", "s.yaml:5: found 'two', expected a whole number"),
        ("job: retrieve", "job: retreive", "s.yaml:5: unknown job 'retreive'. Did you mean 'retrieve'?"),
        ("{job: retrieve, times: 2}", "{times: 2}", "s.yaml:5: missing key 'job'"),
        (
            "launch_failure: {job: retrieve,",
            "job_overrun: {job: load, lasts: 2h,",
            "s.yaml:5: job_overrun needs a max_run_time",
        ),
        ("launch_failure: {job: retrieve,", "truncate_file: {file: f, keep: 50%,", "s.yaml:5: unknown file 'f'"),
        ("- launch_failure: {job: retrieve, times: 2}", "[]", "s.yaml:4: found no faults, expected at least one"),
        ("outcome: recovered\n", "outcome: recoverd\n", "s.yaml:7: found 'recoverd', expected unaffected, recovered,"),
        ("outcome: recovered\n", "seed: 3\n", "s.yaml:6: found no outcome to expect; expected one of: unaffected,"),
        ('by: "06:00"', 'by: "six"', "s.yaml:8: found 'six', expected a time of day in quotes"),
        (
            'by: "06:00"',
            "by: 10:05",
            's.yaml:8: found 10:05 without quotes, expected "10:05": other YAML readers take it for 605',
        ),
        ("paged: nobody", "paged: data-opps", "s.yaml:9: unknown owner 'data-opps'. Did you mean 'data-ops'?"),
        ("night: 2026-11-23", "night: 2026-11-33", "s.yaml:3: found '2026-11-33', expected a date"),
        ("chain: chain.yaml", "chain: chian.yaml", "s.yaml:2: there is no chain file 'chian.yaml' (looked for "),
        ("chain: chain.yaml", "chain: [chain.yaml]", "s.yaml:2: found a list, expected the path of a chain file"),
        ("    chain: chain.yaml\n", "", "s.yaml:1: missing key 'chain': expected the path of a chain file"),
        ("faults:", "without: [retri]\n    faults:", "s.yaml:4: unknown defence 'retri'. Did you mean 'retry'?"),
    ],
)
def test_a_mistake_in_a_scenario_is_told_at_its_line(write: Write, right: str, wrong: str, expected: str) -> None:
    write("chain.yaml", CHAIN)
    path = write("s.yaml", SCENARIO.replace(right, wrong, 1))
    assert any(line.startswith(expected) for line in scenario_mistakes(path)), scenario_mistakes(path)


def test_all_mistakes_of_both_files_are_told_at_once(write: Write) -> None:
    write("chain.yaml", CHAIN.replace("owner:", "ownr:").replace("45m", "45"))
    path = write("s.yaml", SCENARIO.replace("launch_failure", "launch_failur").replace("by:", "bye:"))
    lines = {":".join(line.split(":")[:2]) for line in scenario_mistakes(path)}
    assert lines >= {"chain.yaml:3", "chain.yaml:11", "s.yaml:5", "s.yaml:8"}


def test_a_chain_that_is_like_another_takes_what_it_does_not_say(write: Write) -> None:
    base = write("chain.yaml", CHAIN)
    path = write("fragile.yaml", "chain: fragile\nlike: chain.yaml\nwithout: all\n")
    fragile = load_chain(path)
    assert (fragile.chain, fragile.switched_off, fragile.owner) == ("fragile", ("retry",), "data-ops")
    assert fragile.where("without") == f"{path}:3"
    assert fragile.where("jobs", "load") == f"{base}:12"


def test_paths_stay_right_when_a_chain_is_like_one_of_another_folder(write: Write) -> None:
    base = write("base/chain.yaml", CHAIN)
    write("own/runbook.md", "call somebody")
    write("own/real.csv", "a\n1\n")
    files = "{f: {name: 'f_{date}.csv', arrives: '01:30', content: {copy: real.csv}}}"
    path = write("own/chain.yaml", f"chain: own\nlike: ../base/chain.yaml\nrunbook: runbook.md\nfiles: {files}\n")
    own = load_chain(path)
    assert own.folder.resolve() == base.parent
    assert (own.folder / str(own.runbook)).read_text() == "call somebody"
    assert (own.folder / str(own.files["f"].content.copy_of)).read_text() == "a\n1\n"


def test_mistakes_of_the_chain_it_is_like_are_told_in_that_file(write: Write) -> None:
    write("chain.yaml", CHAIN.replace("45m", "45"))
    assert chain_mistakes(write("own.yaml", "chain: own\nlike: chain.yaml\nwithot: all\n")) == [
        "chain.yaml:11: found 45, expected a duration with its unit, such as 45m, 1h30m or 90s",
        "own.yaml:3: unknown key 'withot'. Did you mean 'without'? Known: " + KNOWN,
    ]


KNOWN = (
    "chain, timezone, owner, runbook, oncall, deadline, evening, closes, work_limit, budget, scheduler, image, "
    "environment, outside_clock, folders, results, files, jobs, machine, thresholds, resources, properties, calendars, "
    "consumers, "
    "watermarks, quarantine, causes, defences, without, like"
)


def test_chains_that_are_like_each_other_are_told_as_a_cycle(write: Write) -> None:
    write("b.yaml", "chain: b\nlike: a.yaml\n")
    path = write("a.yaml", "chain: a\nlike: b.yaml\n")
    assert chain_mistakes(path) == ["b.yaml:2: the chains are like each other in a cycle: a.yaml -> b.yaml -> a.yaml"]


def test_a_chain_that_is_like_nothing_is_told(write: Write) -> None:
    path = write("a.yaml", "chain: a\nlike: b.yaml\n")
    assert chain_mistakes(path)[0].startswith("a.yaml:2: there is no chain file 'b.yaml'")


def test_a_factory_beside_the_chain_wins_over_the_shipped_one(write: Write) -> None:
    known = "articles, format, compress, delimiter, header, trailer, control, layout, member"
    write("factories/forecast.py", "def write(out, *, date, seed, articles):\n    return 0\n")
    path = write("chain.yaml", CHAIN)
    assert chain_mistakes(path) == [
        "chain.yaml:6: the factory 'forecast' needs 'articles': write it beside the factory",
        f"chain.yaml:6: unknown parameter of the factory 'forecast' 'rows'. Known: {known}",
    ]


def test_a_factory_that_does_not_load_is_told_where_it_is_named(write: Write) -> None:
    write("factories/forecast.py", "def write(:\n")
    assert "forecast.py: the factory does not load: SyntaxError" in chain_mistakes(write("chain.yaml", CHAIN))[0]
    write("factories/forecast.py", "# nothing\n")
    assert "found no function 'records' or 'write'" in chain_mistakes(write("chain.yaml", CHAIN))[0]


def test_a_changed_file_is_read_again(write: Write) -> None:
    assert load_chain(write("chain.yaml", CHAIN)).owner == "data-ops"
    assert load_chain(write("chain.yaml", CHAIN.replace("data-ops", "data-opt"))).owner == "data-opt"


JUNK: tuple[Any, ...] = (None, 7, -1.5, True, "", "x", [], ["x", 7], {}, {"x": {"y": [7]}}, [[]], [{}])


RULES = {
    "rules": [{"when": "failed", "do": ["page"], "after": "5m", "times": 3, "defence": "retry"}],
    "retry_on_failure": {"attempts": 3, "every": "10m", "defence": "retry"},
    "environment": {"OUT": {"from": "planning.url"}, "PLAIN": "text"},
}


def places(data: Any, location: Location = ()) -> Iterator[Location]:
    yield location
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from places(value, (*location, key))


def with_junk(data: Any, location: Location, junk: Any) -> Any:
    if not location:
        return junk
    key, rest = location[0], location[1:]
    if isinstance(data, dict):
        return {name: with_junk(value, rest, junk) if name == key else value for name, value in data.items()}
    return [with_junk(value, rest, junk) if position == key else value for position, value in enumerate(data)]


@pytest.mark.parametrize("which", sample(["s.yaml", "chain.yaml"]))
def test_whatever_stands_in_the_wrong_place_is_a_mistake_with_a_line_and_never_a_crash(
    write: Write, which: str
) -> None:
    write("chain.yaml", CHAIN)
    write("s.yaml", SCENARIO)
    path = write(which, CHAIN if which == "chain.yaml" else SCENARIO)
    data = json.loads(json.dumps(read(path, "a mapping").data, default=str))
    if which == "chain.yaml":
        data["jobs"]["load"] |= RULES
        data |= {"environment": {"URL": {"from": "source.url"}}, "folders": {"a": {"holds": [{"file": "forecast"}]}}}
    for location in places(data):
        for junk in JUNK:
            # JSON is YAML too.
            path.write_text(json.dumps(with_junk(data, location, junk)))
            mistakes = mistakes_of(load_chain if which == "chain.yaml" else load_scenario, path)
            assert all(mistake.line >= 1 and mistake.text for mistake in mistakes)
            # Words of the validation library are none of the author's.
            assert not any("Input should" in mistake.text for mistake in mistakes), (location, junk)


def mistakes_of(load: Callable[[Path], object], path: Path) -> list[Mistake]:
    try:
        load(path)
    except LoadError as error:
        return error.mistakes
    return []
