"""Jobs that ask in vain without a pause: the loop is ended after so many requests, told, and the night is judged."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.clock.vain_requests import ENOUGH
from harness.night.progress import LOOPS
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.stack import Stack
from tests.calibration import patience_s
from tests.contract.test_events_of_nights import validated
from tests.night.test_night import CHAIN, SCENARIO, STORE
from tests.sample import sample

LOOP = """python3 - <<'END'
import base64, http.client, os, urllib.parse
place = urllib.parse.urlsplit(os.environ["SOURCE"])
login = base64.b64encode((os.environ["LOGIN"] + ":" + os.environ["PASSWORD"]).encode()).decode()
connection = http.client.HTTPConnection(place.hostname, place.port)
while True:
    try:
        connection.request("{method}", "{path}", "grant_type=client_credentials", {{"Authorization": "Basic " + login}})
        answer = connection.getresponse()
        answer.read()
        if answer.status == 200:
            break
    except (OSError, http.client.HTTPException):
        connection.close()
END
"""

ASKS = {
    "a refused connection": ("GET", "/files/", "connection_refused: {}"),
    "an error of the server": ("GET", "/files/", "server_error: {answer: 500}"),
    "a refused login": ("POST", "/token", "login_refused: {}"),
}

ENVIRONMENT = """
environment:
  LOGIN: {from: source.user}
  PASSWORD: {from: source.password}
"""

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, own_stack: Stack, store: Path) -> Night:
    """One night of one shell script, with one fault, and a baseline that goes well."""

    def run(script: str, fault: str, *, rules: str = "", budget: str = "") -> Result:
        given = CHAIN.replace("environment:\n", ENVIRONMENT.lstrip("\n"))
        given = given.replace("    rules:\n", f"    rules:\n{rules}") + budget
        (tmp_path / "fetch.sh").write_text(script + STORE)
        (tmp_path / "chain.yaml").write_text(given)
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", fault))
        return NightRunner(own_stack, store).run(load_scenario(tmp_path / "night.yaml"))

    return run


CLIENTS = """
curl -sS --retry 8 --retry-connrefused "$SOURCE/files/"
sleep 600
python3 - <<'END'
import contextlib, os, time, urllib.parse
import boto3, botocore.config, botocore.exceptions, snowflake.connector, urllib3

SOURCE, PAUSE = os.environ["SOURCE"], 600
with contextlib.suppress(urllib3.exceptions.HTTPError):
    again = urllib3.Retry(total=10, backoff_factor=0.1, status_forcelist=[500, 503])
    urllib3.PoolManager(retries=again).request("GET", SOURCE + "/files/")
time.sleep(PAUSE)
with contextlib.suppress(botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
    key = dict(aws_access_key_id="a", aws_secret_access_key="b", region_name="eu-west-3")
    standard = botocore.config.Config(retries={"mode": "standard", "max_attempts": 5})
    boto3.client("s3", endpoint_url=SOURCE, config=standard, **key).get_object(Bucket="feed", Key="forecast.csv")
time.sleep(PAUSE)
with contextlib.suppress(snowflake.connector.errors.Error):
    place = urllib.parse.urlsplit(SOURCE)
    snowflake.connector.connect(
        user="a", password="b", account="feed", protocol="http", host=place.hostname, port=place.port
    )
END
"""
"""Clients that ask again by themselves, with a pause that grows: a neighbour in trouble is let be."""


@pytest.mark.parametrize("asked", sample(ASKS))
def test_a_loop_is_ended_and_told_and_the_night_is_judged_in_seconds(night: Night, asked: str) -> None:
    method, path, fault = ASKS[asked]
    began = time.monotonic()
    result = night(LOOP.format(method=method, path=path), fault)
    assert time.monotonic() - began < 3 * patience_s()
    loop = result.history.of("loop", component="night")[0]
    assert validated(result.history) >= {"night loop"}
    assert loop.value == {"jobs": ["fetch"], "requests": ENOUGH}
    assert result.history.of("job", type="fail", job="fetch")[0].value["signal"] == 9
    assert "tight loop" in result.pages[0].value["cause"]
    finding = result.judgement.of("request_budget")
    assert finding is not None
    assert finding.state == "violated"
    assert finding.sentence.startswith(f"a tight loop: fetch: {ENOUGH:,} requests came to nothing")
    assert result.outcome not in (Outcome.RECOVERED, Outcome.UNAFFECTED, Outcome.INCONCLUSIVE)


def test_a_job_that_is_restarted_into_its_loop_is_ended_so_often_and_no_more(night: Night) -> None:
    method, path, fault = ASKS["an error of the server"]
    again = "      - {when: failed, do: restart, after: 1m, times: 20}\n"
    result = night(LOOP.format(method=method, path=path), fault, rules=again)
    loops = result.history.of("loop", component="night")
    assert len(loops) == LOOPS
    assert result.history.of("heal")[0].value["reason"] == "loop"
    assert result.history.of("job", type="ok", job="fetch")  # once the fault is out
    assert result.outcome is Outcome.DAMAGED


def test_a_loop_with_a_pause_is_none_and_over_the_budget(night: Night) -> None:
    method, path, _ = ASKS["an error of the server"]
    script = LOOP.format(method=method, path=path).replace(
        "while True:", "import time\nwhile True:\n    time.sleep(0.2)"
    )
    result = night(script, "server_error: {answer: 503, for: 3m}")
    assert not result.history.of("loop", component="night")
    assert result.outcome is Outcome.DAMAGED
    assert result.judgement.because.startswith("request_budget: source was asked ")


def test_a_retry_with_a_pause_is_within_the_budget(night: Night) -> None:
    method, path, _ = ASKS["an error of the server"]
    script = LOOP.format(method=method, path=path).replace(
        "while True:", "import time\nwhile True:\n    time.sleep(20)"
    )
    result = night(script, "server_error: {answer: 503, for: 20m}")
    assert result.outcome is Outcome.RECOVERED


def test_what_real_clients_try_again_by_themselves_is_within_the_budget(night: Night) -> None:
    result = night(CLIENTS, "connection_refused: {}")
    assert len(result.history.of("connect", type="fail")) > 25
    finding = result.judgement.of("request_budget")
    assert finding is not None
    assert finding.state == "holds", finding.sentence


def test_a_chain_states_its_budget(night: Night) -> None:
    method, path, _ = ASKS["an error of the server"]
    script = LOOP.format(method=method, path=path).replace(
        "while True:", "import time\nwhile True:\n    time.sleep(20)"
    )
    budget = "budget: {requests_a_minute: 2, neighbours: {s3: {requests_a_minute: 900}}}\n"
    result = night(script, "server_error: {answer: 503, for: 20m}", budget=budget)
    assert result.outcome is Outcome.DAMAGED
    assert "within a minute, 2 allowed" in result.judgement.because
