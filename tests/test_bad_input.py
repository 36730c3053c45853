"""Bad input, as its user meets it: one clear error, soon, no traceback of ours, and nothing left running."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import ssl
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme
import urllib3
from docker import DockerClient

from harness.stack.sweep import MINE_LABEL, OWNER_LABEL, sweep_docker
from tests.runs import HARNESS, PYTEST, Run, User, until, user_in
from tests.stack.conftest import engine, images  # noqa: F401 - fixtures

AUTHOR, ENVIRONMENT, PYTEST_INTERRUPTED, PYTEST_USAGE, PYTEST_NOTHING = 4, 3, 2, 4, 5

OURS = {"label": MINE_LABEL}

CHAIN = """\
chain: feed
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
jobs:
  retrieve: {run: [./retrieve.sh], at: "02:00", max_run_time: 45m}
  publish: {run: [sh, publish.sh], after: [retrieve]}
consumers:
  planning: {}
"""

SCENARIO = """\
scenario: a launch failure at 02:00
chain: chain.yaml
night: 2026-11-23
faults:
  - launch_failure: {job: retrieve, times: 2}
expect:
  outcome: damaged
"""


class Bad(NamedTuple):
    """One mistake in one of the two files, and what its message must say beside the line it is on."""

    id: str
    file: str
    right: str
    wrong: str
    says: tuple[str, ...]
    line_of: str = ""


BAD = (
    Bad("a misspelled key", "chain.yaml", "deadline:", "dedline:", ("unknown key 'dedline'", "mean 'deadline'?")),
    Bad("a misspelled key of a scenario", "night.yaml", "expect:", "expects:", ("unknown key", "mean 'expect'?")),
    Bad("a misspelled parameter", "night.yaml", "times: 2", "tims: 2", ("unknown key 'tims'", "mean 'times'?")),
    Bad(
        "a misspelled fault",
        "night.yaml",
        "launch_failure:",
        "lanch_failure:",
        ("unknown fault 'lanch_failure'", "mean 'launch_failure'?", "Known: ", "truncate_file"),
    ),
    Bad(
        "a duplicate key",
        "chain.yaml",
        "owner: data-ops\n",
        "owner: data-ops\nowner: planning\n",
        ("duplicate key 'owner': it stands on line 3 already; keep one",),
        "owner: planning",
    ),
    Bad("a time without quotes", "chain.yaml", '"06:00"', "10:05", ('found 10:05 without quotes, expected "10:05"',)),
    Bad("a fault on no job", "night.yaml", "job: retrieve", "job: retreive", ("unknown job", "mean 'retrieve'?")),
    Bad("a job after no job", "chain.yaml", "[retrieve]}", "[retreive]}", ("unknown job", "mean 'retrieve'?")),
    Bad(
        "a cycle",
        "chain.yaml",
        'at: "02:00"',
        "after: [publish]",
        ("the jobs wait for each other in a cycle: retrieve -> publish -> retrieve",),
    ),
    Bad(
        "a missing owner",
        "chain.yaml",
        "owner: data-ops\n",
        "",
        ("job 'retrieve' has no owner: name one here or for the whole chain ('owner: TEAM')",),
        "retrieve:",
    ),
    Bad(
        "a fault that cannot apply",
        "night.yaml",
        "launch_failure: {job: retrieve, times: 2}",
        "job_overrun: {job: publish, lasts: 2h}",
        ("max_run_time",),
    ),
    Bad(
        "a fault that needs a file",
        "night.yaml",
        "launch_failure: {job: retrieve, times: 2}",
        "source_hang: {}",
        ("source_hang needs a file to retrieve, and feed has none",),
    ),
    Bad("no chain file", "night.yaml", "chain.yaml", "chian.yaml", ("there is no chain file 'chian.yaml'", "relative")),
    Bad("a folder for a chain", "night.yaml", "chain.yaml", ".", ("'.' is a folder, expected a chain file",)),
    Bad(
        "an unknown time zone",
        "chain.yaml",
        "Europe/Paris",
        "Europe/Pari",
        ("found 'Europe/Pari', expected a time zone's name", "Did you mean 'Europe/Paris'?"),
    ),
    Bad("no night", "night.yaml", "2026-11-23", "2026-11-31", ("found '2026-11-31', expected a date",)),
    Bad("no outcome", "night.yaml", "damaged", "damagd", ("found 'damagd', expected", "or damaged")),
    Bad(
        "inconclusive expected",
        "night.yaml",
        "damaged",
        "inconclusive",
        ("found 'inconclusive', expected unaffected,", "a night that proves nothing is never what is expected"),
    ),
    Bad("not YAML", "night.yaml", "damaged", "[damaged}", ("not YAML: while parsing a flow sequence",)),
    Bad(
        "a program that is not there",
        "chain.yaml",
        "./retrieve.sh",
        "./retreive.sh",
        ("the program './retreive.sh' does not exist", "check its path"),
    ),
    Bad("a program on no PATH", "chain.yaml", "[sh,", "[shh,", ("the program 'shh' of job 'publish'", "install it")),
    Bad("a script that is not there", "chain.yaml", "publish.sh", "publsh.sh", ("'publsh.sh' does not exist",)),
)


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    write(tmp_path)
    with user_in(tmp_path) as user:
        yield user


def write(folder: Path, bad: Bad | None = None) -> str:
    """A sound chain and scenario, with one mistake; where that mistake is, as the message must say it."""
    place = ""
    for name, text in (("chain.yaml", CHAIN), ("night.yaml", SCENARIO)):
        if bad is not None and name == bad.file:
            assert bad.right in text
            text = text.replace(bad.right, bad.wrong, 1)
            lines = text.splitlines()
            number = next(number for number, line in enumerate(lines, 1) if (bad.line_of or bad.wrong) in line)
            place = f"{name}:{number}: "
        (folder / name).write_text(text)
    (folder / "runbook.md").write_text("call data-ops\n")
    for script in ("retrieve.sh", "publish.sh"):
        (folder / script).write_text("#!/bin/sh\nexit 0\n")
        (folder / script).chmod(0o755)
    return place


def is_one_clear_error(run: Run, code: int, *says: str, within_s: float = 8.0) -> None:
    print(f"{run.cpu_s:.2f} s of CPU, {run.wall_s:.2f} s of wall time, said:\n{run.said}")
    assert run.code == code
    assert "Traceback" not in run.said
    assert [text for text in says if text not in run.said] == []
    # A second on a quiet machine, on which the two are the same.
    assert min(run.cpu_s, run.wall_s) < within_s


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.id.replace(" ", "-"))
def test_a_mistake_in_a_file_is_told_with_its_place(bad: Bad, user: User) -> None:
    place = write(user.folder, bad)
    run = user.runs(*HARNESS, "run", "night.yaml")
    is_one_clear_error(run, AUTHOR, place, *bad.says, within_s=2)
    assert run.out == ""
    assert len(run.err.splitlines()) <= 3


def test_pytest_tells_every_mistake_of_every_file_with_its_place(user: User) -> None:
    collected = [bad for bad in BAD if "program" not in bad.id and "script" not in bad.id]
    says: list[str] = []
    for number, bad in enumerate(collected):
        folder = user.folder / f"n{number}"
        folder.mkdir()
        says += [f"n{number}/{write(folder, bad)}", *bad.says]
    run = user.runs(*PYTEST, *(f"n{number}" for number in range(len(collected))))
    is_one_clear_error(run, PYTEST_INTERRUPTED, *says, f"{len(collected)} errors")


def test_several_files_are_told_all_at_once(user: User) -> None:
    write(user.folder, BAD[1])
    run = user.runs(*HARNESS, "run", "night.yaml", "none.yaml")
    is_one_clear_error(run, AUTHOR, "night.yaml:6: unknown key 'expects'", "none.yaml:1: there is no such file")


@pytest.mark.parametrize("runner", ["harness", "pytest", "fixture"])
def test_a_program_that_is_not_executable_is_an_error_before_the_night(user: User, runner: str) -> None:
    (user.folder / "retrieve.sh").chmod(0o644)
    says = ("chain.yaml:7: the program './retrieve.sh' is not executable; chmod +x ",)
    if runner == "harness":
        run = user.runs(*HARNESS, "run", "night.yaml")
        is_one_clear_error(run, AUTHOR, *says, within_s=2)
        assert run.out == ""  # no stack was started for it
        return
    target = "night.yaml" if runner == "pytest" else python_test(user, "")
    is_one_clear_error(user.runs(*PYTEST, target), 1, *says, "1 failed")


def python_test(user: User, body: str, *, load: str = "night.load('chain.yaml')") -> str:
    """A test that loads the chain, says ``body``, and runs the night."""
    (user.folder / "test_night.py").write_text(
        "from harness import Expect, LaunchFailure, On, Outcome\n\n\n"
        f"def test_night(night):\n    {load}\n{textwrap.indent(body, '    ')}\n    night.run()\n"
    )
    return "test_night.py"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "night.inject(LaunchFailure(job='retrieve', timse=2))",
            "LaunchFailure: unknown parameter 'timse'. Did you mean 'times'? Known: job, cause, at, on, for_,",
        ),
        ("night.inject(LaunchFailure(times=2))", "LaunchFailure: missing parameter 'job'"),
        ("night.inject(LaunchFailure('retrieve'))", "LaunchFailure: found 'retrieve' without a name, expected name="),
        ("night.inject(LaunchFailure(job='retrieve', times=0))", "LaunchFailure: times: found 0, expected a number"),
        ("On(component='desk', acton='page')", "On: unknown parameter 'acton'. Did you mean 'action'?"),
        ("night.inject(LaunchFailure(job='retreive'))", "faults.0.launch_failure.job: unknown job 'retreive'. Did you"),
        ("night.without('retry')", "chain.yaml:1: unknown defence 'retry'"),
        ("night.run(expect=Expect(outcom='damaged'))", "Expect: outcom: unknown key 'outcom'. Did you mean 'outcome'?"),
        ("night.run(expect=Expect(outcome='inconclusive'))", "a night that proves nothing is never what is expected"),
    ],
)
def test_a_mistake_in_python_is_told_in_the_line_that_makes_it(user: User, body: str, says: str) -> None:
    run = user.runs(*PYTEST, python_test(user, body))
    is_one_clear_error(run, 1, says, "1 failed", within_s=10)
    shown = set(re.findall(r"^(\S+\.py):\d+: ", run.out, flags=re.MULTILINE))
    assert shown == {"test_night.py"}


@pytest.mark.parametrize(
    ("load", "says"),
    [
        ("night.load('none.yaml')", "none.yaml:1: there is no such file; expected a chain"),
        ("night.load('chain.yaml', night='2026-13-01')", "night: found '2026-13-01', expected a date, such as"),
        ("pass", "this night has no chain: call night.load("),
    ],
)
def test_so_is_a_wrong_chain_or_date(user: User, load: str, says: str) -> None:
    run = user.runs(*PYTEST, python_test(user, "", load=load))
    is_one_clear_error(run, 1, says, "1 failed", within_s=10)
    assert set(re.findall(r"^(\S+\.py):\d+: ", run.out, flags=re.MULTILINE)) == {"test_night.py"}


def unreadable(file: Path) -> None:
    """Not even root can read it: the memory of whoever tries, at an address where there is none."""
    file.unlink(missing_ok=True)
    file.symlink_to("/proc/self/mem")


def test_a_file_that_is_not_there_a_folder_an_empty_one_and_an_unreadable_one_are_told(user: User) -> None:
    (user.folder / "empty.yaml").write_text("")
    (user.folder / "folder.yaml").mkdir()
    unreadable(user.folder / "sealed.yaml")
    run = user.runs(*HARNESS, "run", "none.yaml", "empty.yaml", "folder.yaml", "sealed.yaml")
    is_one_clear_error(
        run,
        AUTHOR,
        "none.yaml:1: there is no such file; expected a scenario (scenario: A SENTENCE,",
        "empty.yaml:1: the file is empty; expected a scenario",
        "folder.yaml:1: cannot be read (Is a directory); expected a scenario",
        "sealed.yaml:1: cannot be read (Input/output error); expected a scenario",
        within_s=2,
    )


def test_an_unreadable_chain_is_told(user: User) -> None:
    unreadable(user.folder / "chain.yaml")
    is_one_clear_error(user.runs(*HARNESS, "run", "night.yaml"), AUTHOR, "chain.yaml:1: cannot be read (Input/output")


def test_pytest_goes_on_after_a_file_that_cannot_be_read(user: User) -> None:
    unreadable(user.folder / "sealed.yaml")
    (user.folder / "test_plain.py").write_text("def test_plain(): pass\n")
    run = user.runs(*PYTEST, "--continue-on-collection-errors", "sealed.yaml", "test_plain.py")
    is_one_clear_error(run, 1, "sealed.yaml:1: cannot be read (Input/output error)", "1 passed, 1 error")


def test_a_scenario_without_a_fault_and_without_an_outcome_proves_nothing(user: User) -> None:
    (user.folder / "night.yaml").write_text("scenario: nothing\nchain: chain.yaml\nnight: 2026-11-23\nfaults: []\n")
    is_one_clear_error(
        user.runs(*HARNESS, "run", "night.yaml"),
        AUTHOR,
        "night.yaml:4: found no faults, expected at least one; a calm night says so: [no_fault]",
        "night.yaml:1: found no outcome to expect; expected one of: unaffected,",
    )


def test_a_selection_that_matches_no_scenario_starts_nothing(user: User) -> None:
    run = user.runs(*PYTEST, "-k", "nosuchnight", "night.yaml")
    is_one_clear_error(run, PYTEST_NOTHING, "1 deselected")
    is_one_clear_error(user.runs(*PYTEST, "none.yaml"), PYTEST_USAGE, "file or directory not found: none.yaml")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("up chain.yaml --night 2026-13-01", "--night: found '2026-13-01', expected a date such as 2026-11-23"),
        ("up chain.yaml --at 25:00", "--at: found '25:00', expected a time of day"),
        ("up chain.yaml --at 13:00", '--at: found "13:00", expected a time within the night'),
        ("up none.yaml", "none.yaml:1: there is no such file; expected a chain"),
        ("up chain.yaml --port sorce=80", "--port: unknown endpoint 'sorce'. Did you mean 'source'? Known: source,"),
        ("up chain.yaml --port source=http", "--port: found 'source=http', expected an endpoint and a port, such as"),
        ("up chain.yaml --port source=80800", "--port: found 'source=80800', expected an endpoint and a port"),
        ("run night.yaml --histories runbook.md", "--histories: runbook.md: File exists; expected a folder"),
        ("run night.yaml --stack dokcer", "invalid choice: 'dokcer'"),
        ("judge none.jsonl none.jsonl", "none.jsonl: No such file or directory; expected a history file"),
        ("rnu night.yaml", "invalid choice: 'rnu'"),
    ],
)
def test_a_wrong_argument_is_the_authors_mistake(user: User, arguments: str, says: str) -> None:
    is_one_clear_error(user.runs(*HARNESS, *arguments.split()), AUTHOR, says, within_s=2)


def test_who_has_read_enough_of_a_schema_sees_no_traceback(user: User) -> None:
    done = user.runs("bash", "-c", f"{HARNESS[0]} schema chain | head -1")
    assert (done.out, done.err) == ("{\n", "")


def test_a_port_in_use_is_told(user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = user.runs(*HARNESS, "up", "chain.yaml", "--port", f"source={port}")
    is_one_clear_error(run, ENVIRONMENT, f"port {port} for source: Address already in use", "expected:", "to do:")


def test_a_port_can_be_chosen_by_those_who_point_a_client_at_it(user: User) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = user.begin(*HARNESS, "up", "chain.yaml", "--port", f"desk={port}", "--json")
    until(lambda: user.said(process).endswith("\n") or process.poll() is not None)
    assert json.loads(user.said(process))["desk.url"] == f"http://127.0.0.1:{port}"
    process.terminate()
    user.ended(process)


def test_the_schedulers_api_can_be_served_over_tls(user: User, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))
    process = user.begin(*HARNESS, "up", "chain.yaml", "--certificate", str(tmp_path / "server.pem"), "--json")
    until(lambda: user.said(process).endswith("\n") or process.poll() is not None)
    url = json.loads(user.said(process))["scheduler.url"]
    assert url.startswith("https://")
    trusting = ssl.create_default_context(cadata=authority.cert_pem.bytes().decode())
    with urllib3.PoolManager(ssl_context=trusting) as client:
        assert client.request("GET", f"{url}/api/version").status == 200
    process.terminate()
    user.ended(process)


def test_a_certificate_that_serves_nobody_is_told(user: User) -> None:
    run = user.runs(*HARNESS, "up", "chain.yaml", "--certificate", "chain.yaml")
    is_one_clear_error(
        run, AUTHOR, "--certificate: found chain.yaml", "expected a PEM file with a certificate and its key"
    )
    run = user.runs(*HARNESS, "up", "chain.yaml", "--certificate", "chain.yaml", "--stack", "docker")
    is_one_clear_error(run, AUTHOR, "--certificate: found it with --stack docker, expected --stack local")


@pytest.fixture(params=["unix", "tcp"])
def silent_engine(user: User, request: pytest.FixtureRequest) -> Iterator[str]:
    """Accepts every connection, and never answers."""
    with socket.socket(socket.AF_UNIX if request.param == "unix" else socket.AF_INET) as listener:
        listener.bind(str(user.temporary / "docker.sock") if request.param == "unix" else ("127.0.0.1", 0))
        listener.listen(64)
        name = listener.getsockname()
        yield f"unix://{name}" if request.param == "unix" else f"tcp://127.0.0.1:{name[1]}"


def test_an_engine_that_stops_answering_is_told(user: User, silent_engine: str) -> None:
    says = (f"container engine at {silent_engine}", "did not answer within 3 s", "expected:", "--stack local")
    run = user.runs(*HARNESS, "run", "night.yaml", "--stack", "docker", DOCKER_HOST=silent_engine)
    is_one_clear_error(run, ENVIRONMENT, *says)
    run = user.runs(*HARNESS, "up", "chain.yaml", "--stack", "docker", DOCKER_HOST=silent_engine)
    is_one_clear_error(run, ENVIRONMENT, *says)


def test_pytest_skips_loudly_or_fails_when_the_engine_stops_answering(user: User, silent_engine: str) -> None:
    (user.folder / "pytest.ini").write_text("[pytest]\n")
    arguments = (*PYTEST, "-rs", "night.yaml", python_test(user, ""), "--stack", "docker")
    run = user.runs(*arguments, DOCKER_HOST=silent_engine, HARNESS_REQUIRE_DOCKER="")
    is_one_clear_error(run, 0, "2 skipped", "NOT RUN, no container engine", "did not answer within 3 s")
    run = user.runs(*arguments, DOCKER_HOST=silent_engine, HARNESS_REQUIRE_DOCKER="1")
    is_one_clear_error(run, 1, "2 errors", "did not answer within 3 s")
    assert "def night_runner" not in run.out
    assert run.out.count("did not answer") == 2  # once for each test


def test_an_image_that_is_missing_is_told(user: User, engine: DockerClient) -> None:  # noqa: F811
    none = "night-harness/none:none"
    run = user.runs(*HARNESS, "run", "night.yaml", "--stack", "docker", NIGHT_HARNESS_MOCKS_IMAGE=none)
    says = (f"image {none}: the engine does not have it", "expected: an image that is there", "harness images build")
    is_one_clear_error(run, ENVIRONMENT, *says)
    assert containers_of(engine, user.last_pid) == []


def test_a_jobs_image_that_is_missing_is_told_with_the_stack_gone(
    user: User,
    engine: DockerClient,  # noqa: F811
    images: None,  # noqa: F811
) -> None:
    none = "night-harness/none:none"
    run = user.runs(*HARNESS, "run", "night.yaml", "--stack", "docker", NIGHT_HARNESS_JOBS_IMAGE=none)
    says = (f"image {none}: the engine does not have it", "harness images build")
    is_one_clear_error(run, ENVIRONMENT, *says, within_s=20)
    assert containers_of(engine, user.last_pid) == []


class Relay:
    """Stands in front of the engine until it dies: every connection is cut, and nobody answers from then on."""

    def __init__(self, path: Path, behind: str) -> None:
        self._path, self._behind = path, behind
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._open = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def die(self) -> None:
        self._path.unlink(missing_ok=True)
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._open:
            one.close()

    def _start(self, work: Callable[..., None], *sockets: socket.socket) -> None:
        self._threads.append(threading.Thread(target=work, args=sockets, daemon=True))
        self._threads[-1].start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, real = self._listener.accept()[0], socket.socket(socket.AF_UNIX)
                self._open += [client, real]
                real.connect(self._behind)
                self._start(self._copy, client, real)
                self._start(self._copy, real, client)

    def _copy(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := source.recv(65536):
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)


def test_an_engine_that_dies_in_mid_night_is_told_and_its_containers_go(
    user: User,
    engine: DockerClient,  # noqa: F811
    images: None,  # noqa: F811
) -> None:
    address = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not address.startswith("unix://"):
        pytest.skip("the engine is not at a socket that could be stood in front of")
    path = user.temporary / "docker.sock"
    relay = Relay(path, address.removeprefix("unix://"))
    try:
        process = user.begin(*HARNESS, "run", "night.yaml", "--stack", "docker", DOCKER_HOST=f"unix://{path}")
        until(lambda: "stack: docker" in user.said(process), lambda: user.said(process, "err"))
    finally:
        relay.die()
    run = user.ended(process)
    is_one_clear_error(run, ENVIRONMENT, f"container engine at unix://{path}", "no engine answers", within_s=20)
    until(lambda: not containers_of(engine, process.pid), lambda: containers_of(engine, process.pid))
    sweep_docker(engine)  # networks and volumes have no process to end with: the next run takes them
    left = [*engine.networks.list(filters=OURS), *engine.volumes.list(filters=OURS)]
    assert not [one for one in left if one.attrs["Labels"][OWNER_LABEL].startswith(f"{process.pid}@")]


def containers_of(engine: DockerClient, pid: int) -> list[str]:  # noqa: F811
    found = engine.containers.list(all=True, filters=OURS, ignore_removed=True)
    return [one.name for one in found if one.labels[OWNER_LABEL].startswith(f"{pid}@")]
