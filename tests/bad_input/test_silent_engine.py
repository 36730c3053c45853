"""An engine that accepts every connection and never answers is one clear error, soon; these tests need no engine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.bad_input.mistakes import ENVIRONMENT, is_one_clear_error, python_test, write
from tests.runs import HARNESS, PYTEST, Run, user_in


class Told(NamedTuple):
    engine: str
    commands: list[Run]
    skips: Run
    fails: Run


@pytest.fixture(scope="module", params=["unix", pytest.param("tcp", marks=pytest.mark.exhaustive)])
def of_silence(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Told]:
    """What everybody says at once of an engine that accepts every connection, and never answers."""
    with (
        user_in(tmp_path_factory.mktemp("silence")) as user,
        socket.socket(socket.AF_UNIX if request.param == "unix" else socket.AF_INET) as listener,
    ):
        listener.bind(str(user.temporary / "docker.sock") if request.param == "unix" else ("127.0.0.1", 0))
        listener.listen(64)
        name = listener.getsockname()
        engine = f"unix://{name}" if request.param == "unix" else f"tcp://127.0.0.1:{name[1]}"
        write(user.folder)
        (user.folder / "pytest.ini").write_text("[pytest]\n")
        tests = (*PYTEST, "-rs", "night.yaml", python_test(user, ""), "--stack", "docker")
        run, up, skips, fails = [
            user.begin(*command, DOCKER_HOST=engine, HARNESS_REQUIRE_DOCKER=required)
            for command, required in (
                ((*HARNESS, "run", "night.yaml", "--stack", "docker"), ""),
                ((*HARNESS, "up", "chain.yaml", "--stack", "docker"), ""),
                (tests, ""),
                (tests, "1"),
            )
        ]
        yield Told(engine, [user.ended(run), user.ended(up)], user.ended(skips), user.ended(fails))


def test_an_engine_that_stops_answering_is_told(of_silence: Told) -> None:
    says = (f"container engine at {of_silence.engine}", "did not answer within 3 s", "expected:", "--stack local")
    for run in of_silence.commands:
        is_one_clear_error(run, ENVIRONMENT, *says)


def test_pytest_skips_loudly_or_fails_when_the_engine_stops_answering(of_silence: Told) -> None:
    says = "did not answer within 3 s"
    is_one_clear_error(of_silence.skips, 0, "2 skipped", "NOT RUN, no container engine", says)
    is_one_clear_error(of_silence.fails, 1, "2 errors", says)
    assert "def night_runner" not in of_silence.fails.out
    assert of_silence.fails.out.count("did not answer") == 2  # once for each test
