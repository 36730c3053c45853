"""A DAG file becomes a chain skeleton without being run: its tasks, their order, and what only a run would tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import AuthorError, LoadError
from harness.importing.airflow import read_airflow
from harness.importing.skeleton import Draft, Skeleton

DAG = Path(__file__).parent / "planning_dag.py"
FILE = Path("dag.py")
HEAD = 'with DAG("feed", schedule="@daily", start_date=datetime(2026, 1, 1)) as dag:\n'


def skeleton(body: str) -> Skeleton:
    return read_airflow(HEAD + "".join(f"    {line}\n" for line in body.splitlines()), FILE)


def order(body: str) -> dict[str, object]:
    return {job.name: job.keys.get("after") for job in skeleton(body).jobs}


def tasks(*names: str) -> str:
    return "".join(f"{name} = BashOperator(task_id='{name}', bash_command='run {name}')\n" for name in names)


@pytest.fixture(scope="module")
def whole() -> Skeleton:
    return read_airflow(DAG.read_text(), DAG)


@pytest.fixture(scope="module")
def jobs(whole: Skeleton) -> dict[str, Draft]:
    return {job.name: job for job in whole.jobs}


def test_a_file_is_read_and_never_executed(whole: Skeleton) -> None:
    assert 'raise SystemExit("this file was executed")' in DAG.read_text()
    assert (whole.name, whole.declared) == ("planning_feed", {"timezone": "Europe/Paris"})


def test_the_first_tasks_start_at_the_time_of_the_schedule_and_all_on_its_days(jobs: dict[str, Draft]) -> None:
    assert jobs["start"].keys["at"] == "02:00"
    assert [name for name, job in jobs.items() if "at" in job.keys] == ["start"]
    assert {str(job.keys["frequency"]) for job in jobs.values()} == {
        "{'weekdays': ['mon', 'tue', 'wed', 'thu', 'fri']}"
    }


def test_arrows_chains_groups_and_calls_give_the_order(jobs: dict[str, Draft]) -> None:
    assert {name: job.keys.get("after") for name, job in jobs.items()} == {
        "start": None,
        "retrieve": ["start"],
        "validate": ["retrieve"],
        "load": ["retrieve"],
        "publish.sales": ["validate"],
        "publish.stock": ["publish.sales"],
        "report": [{"job": "load", "on": "ignore_exit_code"}, {"job": "publish.stock", "on": "ignore_exit_code"}],
        "clean": ["report"],
    }


def test_arguments_of_tasks_win_over_default_args(jobs: dict[str, Draft]) -> None:
    assert jobs["retrieve"].keys["retry_on_failure"] == {"attempts": 3, "every": "10m"}
    assert "retry_on_failure" not in jobs["publish.sales"].keys
    assert (jobs["load"].keys["owner"], jobs["validate"].keys["owner"]) == ("planning", "data-ops")


def test_a_task_that_airflow_ends_after_a_time_is_killed_by_a_rule(jobs: dict[str, Draft]) -> None:
    assert jobs["retrieve"].keys["max_run_time"] == "45m"
    assert jobs["retrieve"].keys["rules"] == [
        {"when": "exceeded_max_run_time", "do": ["kill", "restart"], "times": 3},
    ]


def test_commands_constants_and_environments_are_carried_over(jobs: dict[str, Draft]) -> None:
    assert jobs["validate"].keys["run"] == ["python", "jobs/validate.py"]
    assert jobs["validate"].keys["environment"] == {"LEVEL": "2"}
    assert jobs["retrieve"].keys["run"] == ["bash", "-c", "python jobs/retrieve.py forecast --date {{ ds }}"]
    assert jobs["start"].keys["null_job"] is True


def test_what_only_a_run_would_tell_is_named_with_its_line(whole: Skeleton) -> None:
    templates = "the templates in its command are not carried over: a chain file has none; map a variable, such as "
    templates += "BUSINESS_DATE: {from: night.date}"
    assert whole.all_remarks() == [
        "planning_dag.py:24: the DAG's arguments dagrun_timeout are not carried over",
        "planning_dag.py:24: of default_args, email are not carried over",
        f"planning_dag.py:33: {templates}",
        "planning_dag.py:33: its arguments pool are not carried over",
        "planning_dag.py:40: what a PythonOperator does is not carried over: write a program for it, and say run",
        "planning_dag.py:40: its arguments python_callable are not carried over",
        "planning_dag.py:45: what this loop makes is not read: only running the file would tell",
        "planning_dag.py:48: its trigger_rule none_failed is not carried over: it waits for all to finish OK here",
        "planning_dag.py:53: elsewhere is no task that is read, so what depends on it is missing",
    ]


@pytest.mark.parametrize(
    ("arrows", "after"),
    [
        ("a >> b >> c", {"a": None, "b": ["a"], "c": ["b"]}),
        ("a << b << c", {"a": ["b"], "b": ["c"], "c": None}),
        ("a >> [b, c]", {"a": None, "b": ["a"], "c": ["a"]}),
        ("[a, b] >> c", {"a": None, "b": None, "c": ["a", "b"]}),
        ("c.set_upstream([a, b])", {"a": None, "b": None, "c": ["a", "b"]}),
        ("a.set_downstream(b)", {"a": None, "b": ["a"], "c": None}),
        ("chain(a, [b, c])", {"a": None, "b": ["a"], "c": ["a"]}),
        ("cross_downstream([a], [b, c])", {"a": None, "b": ["a"], "c": ["a"]}),
        ("first = a >> b\nfirst >> c", {"a": None, "b": ["a"], "c": ["b"]}),
        ("both = [a, b]\nboth >> c", {"a": None, "b": None, "c": ["a", "b"]}),
    ],
)
def test_each_way_to_write_an_order_is_read(arrows: str, after: dict[str, object]) -> None:
    assert order(tasks("a", "b", "c") + arrows) == after


def test_chains_of_lists_go_in_pairs() -> None:
    assert order(tasks("a", "b", "c", "d") + "chain([a, b], [c, d])") == {"a": None, "b": None, "c": ["a"], "d": ["b"]}


def test_functions_under_task_are_tasks_in_the_order_of_their_results() -> None:
    body = "@task\ndef extract(): ...\n@task()\ndef load(rows): ...\nrows = extract()\nload(rows)\nload(rows)\n"
    assert order(body) == {"extract": None, "load": ["extract"], "load__1": ["extract"]}


def test_a_function_under_dag_and_a_dag_in_a_variable_are_dags_too() -> None:
    decorated = "@dag(schedule='30 1 * * *')\ndef nightly():\n    a = BashOperator(task_id='a', bash_command='run')\n"
    found = read_airflow(decorated + "nightly()\n", FILE)
    assert (found.name, found.jobs[0].keys["at"]) == ("nightly", "01:30")
    variable = "d = DAG('feed', schedule_interval=None)\na = BashOperator(task_id='a', bash_command='run', dag=d)\n"
    found = read_airflow(variable, FILE)
    assert [job.name for job in found.jobs] == ["a"]
    assert "the schedule None is no time of day" in " ".join(found.all_remarks())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("schedule=[Dataset('x')]", "the schedule Dataset('x') is no time of day"),
        ("schedule='0 */2 * * *'", "the schedule 0 */2 * * * is several runs a night"),
        ("schedule='@once'", "the schedule @once is no time of day"),
        ("schedule='often'", "its schedule is not carried over: found 'often'"),
        ("default_args=defaults()", "default_args defaults() are not read"),
        ("start_date=days_ago(1)", "its start_date days_ago(1) is not read: say timezone"),
        ("start_date=datetime(2026, 1, 1)", "its start_date has no time zone, so it is Airflow's default_timezone"),
    ],
)
def test_what_a_dag_says_in_code_is_named(arguments: str, said: str) -> None:
    text = f"with DAG('feed', {arguments}):\n    BashOperator(task_id='a', bash_command='run')\n"
    assert f"dag.py:1: {said}" in "\n".join(read_airflow(text, FILE).all_remarks())


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ("BashOperator(task_id=f'load_{site}', bash_command='x')", "this BashOperator is not read: its task_id is"),
        ("BashOperator(task_id='a', bash_command=command())", "its bash_command command() is not read"),
        (
            "BashOperator(task_id='a', bash_command='x', retries=Variable.get('n'))",
            "its retries Variable.get('n') is not",
        ),
        ("S3KeySensor(task_id='a')", "what a S3KeySensor does is not carried over"),
        ("if ready():\n    BashOperator(task_id='a', bash_command='x')", "what this condition makes is not read"),
    ],
)
def test_what_a_task_says_in_code_is_named(task: str, said: str) -> None:
    assert f"dag.py:2: {said}" in "\n".join(skeleton(task).all_remarks())


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ("pendulum.datetime(2026, 1, 1, tz='Europe/Paris')", "Europe/Paris"),
        ("datetime(2026, 1, 1, tzinfo=pendulum.timezone('Europe/Paris'))", "Europe/Paris"),
        ("datetime(2026, 1, 1, tzinfo=ZoneInfo('Asia/Tokyo'))", "Asia/Tokyo"),
    ],
)
def test_the_time_zone_is_that_of_the_start_date(zone: str, found: str) -> None:
    text = f"with DAG('feed', schedule='@daily', start_date={zone}):\n    BashOperator(task_id='a', bash_command='x')\n"
    assert read_airflow(text, FILE).declared["timezone"] == found


def test_of_several_dags_one_is_chosen() -> None:
    two = "".join(
        f"with DAG('{name}', schedule='@daily'):\n    BashOperator(task_id='{name}', bash_command='x')\n"
        for name in ("feed", "report")
    )
    with pytest.raises(LoadError, match=r"dag.py:3: found 2 DAGs, expected one: choose with --only feed or report"):
        read_airflow(two, FILE)
    assert [job.name for job in read_airflow(two, FILE, "report").jobs] == ["report"]
    with pytest.raises(AuthorError, match=r"unknown DAG 'feeds'. Did you mean 'feed'"):
        read_airflow(two, FILE, "feeds")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "dag.py:1: found no DAG, expected one: with DAG"),
        ("import os\n\nwith DAG(:\n", "dag.py:3: not Python: "),
        ("\nwith DAG('feed'):\n    pass\n", "dag.py:2: the DAG 'feed' has no tasks"),
    ],
)
def test_what_is_no_dag_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(LoadError) as refused:
        read_airflow(text, FILE)
    assert str(refused.value).startswith(said)
