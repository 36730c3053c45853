"""No process of a local stack reaches anything but its own stack, whatever program it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stack.cleanup.processes import descendants_of
from harness.stack.directory import StackDirectory
from harness.stack.local.seclusion import REACHABLE, SECLUDED, SECOND_LINE
from harness.stack.local.stack import LocalStack
from tests.clock.needed import missing, needs
from tests.runs import HARNESS, PYTEST, User, user_in
from tests.stack.local.outside import listeners
from tests.stack.local.reaching import Target, reached, ways
from tests.stack.plans import job, plan

ROOT = Path(__file__).parents[3]
WAYS = list(ways("static"))
OTHER = 1
"""A user who is not root, and not the one as whom the kernel shows all that it may not show."""


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> str:
    program = tmp_path_factory.mktemp("static") / "reach"
    linked = subprocess.run(
        [needs("cc"), "-static", "-O1", "-o", program, Path(__file__).with_name("reach.c")],
        capture_output=True,
        text=True,
    )
    if linked.returncode != 0:
        missing(f"nothing can be linked statically here: {linked.stderr}")
    return str(program)


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    with LocalStack() as stack:
        if stack.network != SECLUDED:
            missing(f"no namespaces here: {stack.network}")
        yield stack


@pytest.fixture(scope="module")
def targets(stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Target]]:
    """Made after the stack has started, as a neighbour of it would be; with another stack's own sockets."""
    with listeners(tmp_path_factory.mktemp("sockets")) as found, LocalStack() as other:
        control = other.directory
        found |= {f"another stack's {name}": ("unix", str(control.socket(name)), "0") for name in ("agent", "door")}
        yield found


@pytest.fixture(scope="module")
def from_a_night(stack: LocalStack, targets: dict[str, Target], static: str) -> dict[str, list[str]]:
    return reached(stack, static, list(targets.values()))


@pytest.mark.parametrize("way", WAYS)
def test_no_program_of_a_night_reaches_what_is_outside_of_its_stack(
    from_a_night: dict[str, list[str]], targets: dict[str, Target], way: str
) -> None:
    told = dict(zip(targets, from_a_night[way], strict=True))
    assert not [name for name, answer in told.items() if answer == "reached"], told


@pytest.mark.parametrize("way", WAYS)
def test_the_same_programs_reach_all_of_it_when_no_stack_secludes_them(
    targets: dict[str, Target], static: str, way: str
) -> None:
    words = [word for target in targets.values() for word in target]
    said = subprocess.run([*ways(static)[way], *words], capture_output=True, text=True, check=True).stdout.splitlines()
    assert dict(zip(targets, said, strict=True)) == dict.fromkeys(targets, "reached")


def test_a_reachable_stack_has_the_machines_network_and_its_own_sockets_alone(
    targets: dict[str, Target], static: str
) -> None:
    with LocalStack(reachable=True) as stack:
        assert stack.network == REACHABLE
        told = dict(zip(targets, reached(stack, static, list(targets.values()))["static"], strict=True))
    in_files = {name for name, (kind, address, _) in targets.items() if kind == "unix" and address[0] == "/"}
    expected = {name for name in targets if name not in in_files | {"raw"}}  # of the machine's network nobody is root
    assert {name for name, answer in told.items() if answer == "reached"} - {"raw"} == expected


def said(stack: LocalStack, *argv: str) -> str:
    """What a job prints that does only this."""
    the_plan = plan(job(stack, "look", *argv))
    stack.reset(the_plan)
    stack.begin()
    stack.run(the_plan.closes_ns)
    return stack.output("look", 1, "out") + stack.output("look", 1)


def test_jobs_and_mocks_are_in_the_namespaces_of_their_supervisor_and_see_the_machines_process_ids(
    stack: LocalStack,
) -> None:
    health = stack.door.ask("GET", "/health")
    kinds = ("net", "mnt", "ipc", "pid")

    def inside(pid: int | str) -> list[str]:
        return [Path(f"/proc/{pid}/ns/{kind}").readlink().name for kind in kinds]

    supervisor, own = inside(health["pid"]), inside("self")
    assert all(inside(pid) == supervisor for pid in health["mocks"].values())
    looked = said(stack, "sh", "-c", "for kind in net mnt ipc pid; do readlink /proc/self/ns/$kind; done")
    assert looked.split() == supervisor
    assert [kind for kind, one, other in zip(kinds, own, supervisor, strict=True) if one == other] == ["pid"]


def test_a_job_is_who_it_is_outside_and_owns_what_it_writes(stack: LocalStack, tmp_path: Path) -> None:
    told = said(stack, "sh", "-c", f"id -u; touch {tmp_path}/written; stat -c %u {tmp_path}/written")
    assert told.split() == [str(os.geteuid())] * 2
    assert (tmp_path / "written").stat().st_uid == os.geteuid()


def test_shared_memory_and_semaphores_work(stack: LocalStack) -> None:
    program = (
        "from multiprocessing import Process, Queue, shared_memory\n"
        "def work(queue): queue.put(42)\n"
        "if __name__ == '__main__':\n"
        "    queue = Queue(); Process(target=work, args=(queue,)).start()\n"
        "    memory = shared_memory.SharedMemory(create=True, size=8); memory.unlink()\n"
        "    print(queue.get())\n"
    )
    assert said(stack, "python", "-c", program) == "42\n"


def test_files_below_run_are_there_and_what_a_job_writes_there_is_its_own(stack: LocalStack) -> None:
    files = sorted(path.name for path in Path("/run").iterdir())
    looked = said(stack, "sh", "-c", "ls -A /run; cat /etc/resolv.conf > /dev/null; touch /run/night-test-written")
    assert sorted(looked.split()) == files
    assert not Path("/run/night-test-written").exists()


def test_a_job_cannot_undo_it(stack: LocalStack) -> None:
    tries = "umount /run; nsenter -t $PPID -m true; nsenter --net=/proc/1/ns/net true; cat /proc/1/root/etc/hostname"
    looked = said(stack, "sh", "-c", f"({tries}) 2>&1; grep -c ' /run overlay' /proc/mounts")
    assert looked.splitlines()[-1] == "1"
    assert len([line for line in looked.splitlines() if "ermi" in line or "must be superuser" in line]) == 4, looked


def test_a_job_cannot_read_the_memory_or_the_environment_of_what_started_its_stack(stack: LocalStack) -> None:
    supervisor = stack.door.ask("GET", "/health")["pid"]
    for pid in (supervisor, os.getpid()):
        for file in ("environ", "mem", "fd/0"):
            assert "Permission denied" in said(stack, "head", "-c1", f"/proc/{pid}/{file}")


def test_nothing_beside_a_job_holds_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "SNOWFLAKE_PASSWORD", "ANYTHING_ELSE"):
        monkeypatch.setenv(name, "planted-secret")
    with LocalStack() as stack:
        supervisor = stack.door.ask("GET", "/health")["pid"]
        family = [supervisor, *descendants_of(supervisor)]
        assert len(family) == 8  # the supervisor, the agent and six mocks
        held = {pid: _held_by(pid) for pid in family}
        files = [path for path in stack.directory.root.rglob("*") if path.is_file()]
        held |= {path: path.read_bytes() for path in files}
        for secret in (b"planted-secret", stack.door.token.encode()):
            assert not [who for who, what in held.items() if secret in what]
        assert all(b"NIGHT_STACK=" in what for who, what in held.items() if isinstance(who, int))


def _held_by(pid: int) -> bytes:
    return b"".join(Path(f"/proc/{pid}/{file}").read_bytes() for file in ("environ", "cmdline"))


def test_the_directory_of_a_secluded_stack_is_gone_when_it_has_ended_and_so_is_what_hid_others() -> None:
    with LocalStack() as first, LocalStack() as second:
        for stack in (first, second):
            stack.reset(plan())
        hidden = said(first, "ls", "-A", str(second.directory.root))
        assert hidden == ""
        assert StackDirectory(second.directory.root).control.is_dir()
    assert not first.directory.root.exists()
    assert not second.directory.root.exists()


@pytest.fixture
def anybodys_python() -> Iterator[str]:
    """An interpreter of this version that any user may start, with the packages of this one."""
    if os.geteuid() != 0:
        pytest.skip("the other tests are those of a user who is not root")
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    found = next((path for folder in ("/usr/bin", "/usr/local/bin") if (path := Path(folder, version)).exists()), None)
    if found is None:
        missing(f"there is no {version} here that every user may start")
    # pytest's own folders are for root alone
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        subprocess.run([found, "-m", "venv", "--without-pip", folder], check=True)
        packages = Path(folder, "lib", version, "site-packages")
        (packages / "these.pth").write_text(f"{ROOT}\n{sysconfig.get_path('purelib')}\n")
        python = f"{folder}/bin/python"
        probe = [*as_another_user(), python, "-c", "import urllib3, harness"]
        if subprocess.run(probe, cwd="/", capture_output=True).returncode != 0:
            pytest.skip(f"another user's nights were NOT tested: {ROOT}, or what is installed, is for root alone")
        yield python


def as_another_user() -> list[str]:
    return [needs("setpriv"), "--reuid", str(OTHER), "--regid", str(OTHER), "--clear-groups", "--no-new-privs"]


SSH = """
from harness.stack.local.stack import LocalStack
from tests.stack.plans import job, plan
with LocalStack() as stack:
    stack.reset(plan(job(stack, "look", "ssh", "-G", "somewhere")))
    stack.begin()
    stack.run(plan().closes_ns)
    print(stack.network, stack.output("look", 1, "out"), stack.output("look", 1))
"""


def test_openssh_takes_the_settings_that_root_has_made_for_a_user_who_sees_no_files_of_roots(
    anybodys_python: str, tmp_path: Path
) -> None:
    if not Path("/etc/ssh/ssh_config.d").is_dir():
        missing("no /etc/ssh/ssh_config.d here")
    needs("ssh")
    (tmp_path / "settings.conf").write_text("Port 2222\n")
    mounted = f'mount --bind {tmp_path} /etc/ssh/ssh_config.d && chmod 755 {tmp_path} && exec "$@"'
    within = [needs("unshare"), "--mount", "sh", "-c", mounted, "sh", *as_another_user()]
    told = subprocess.run([*within, anybodys_python, "-c", SSH], capture_output=True, text=True, cwd="/").stdout
    assert told.startswith(f"{SECLUDED} "), told
    assert "port 2222\n" in told


def test_the_same_holds_for_a_user_who_is_not_root(
    anybodys_python: str, static: str, targets: dict[str, Target], tmp_path: Path
) -> None:
    program = shutil.copy(static, Path(anybodys_python).with_name("reach"))
    tried = {name: target for name, target in targets.items() if name != "raw"}
    words = [word for target in tried.values() for word in target]
    command = [*as_another_user(), anybodys_python, "-m", "tests.stack.local.reaching", program, *words]
    ran = subprocess.run(command, capture_output=True, text=True, cwd="/", env={"PATH": os.environ["PATH"]})
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["network"], told["uid"]) == (SECLUDED, OTHER)
    for way in WAYS:
        answers = dict(zip(tried, told["reached"][way], strict=True))
        assert "reached" not in answers.values(), answers


NAME_SERVICES = [
    "/run/nslcd/socket",
    "/run/samba/winbindd/pipe",
    "/run/systemd/userdb/io.systemd.Home",
    "/var/lib/sss/pipes/nss",
]
OTHERS = ["/run/nslcd/other", "/var/lib/sss/pipes/pam"]
LISTENING = """
import os, socket, subprocess, sys
paths, command = sys.argv[1].split(), sys.argv[2:]
listening = []
for path in paths:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    listening.append(socket.socket(socket.AF_UNIX))
    listening[-1].bind(path)
    os.chmod(path, 0o777)
    listening[-1].listen(128)
sys.exit(subprocess.run(command).returncode)
"""


@pytest.mark.parametrize("who", ["root", "another"])
def test_who_knows_the_users_of_a_domain_can_still_be_asked_and_nobody_beside(
    who: str, anybodys_python: str, static: str
) -> None:
    program = shutil.copy(static, Path(anybodys_python).with_name("reach"))
    mounted = 'mount -t tmpfs none /run && mount -t tmpfs none /var/lib && exec "$@"'
    within = [needs("unshare"), "--mount", "sh", "-c", mounted, "sh", anybodys_python, "-c", LISTENING]
    paths = [*NAME_SERVICES, *OTHERS]
    words = [word for path in paths for word in ("unix", path, "0")]
    command = [*(as_another_user() if who == "another" else []), anybodys_python, "-m", "tests.stack.local.reaching"]
    ran = subprocess.run(
        [*within, " ".join(paths), *command, program, *words],
        capture_output=True,
        text=True,
        cwd="/",
        env={"PATH": os.environ["PATH"]},
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["network"] == SECLUDED
    for way in WAYS:
        answers = dict(zip(paths, told["reached"][way], strict=True))
        assert [path for path, answer in answers.items() if answer == "reached"] == NAME_SERVICES, (way, answers)


NIGHT = str(ROOT / "scenarios/calm/quiet_night.yaml")
FORBID = 'cd /proc/sys/user && echo 0 > max_user_namespaces && echo 0 > max_net_namespaces && cd $OLDPWD && exec "$@"'
"""Allow no further namespaces, which root may do in a namespace of its own."""


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    with user_in(tmp_path) as user:
        yield user


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ((*PYTEST, NIGHT), "night harness: the nights were not secluded from this machine: "),
        ((*HARNESS, "run", NIGHT), "network: "),
    ],
    ids=["pytest", "run"],
)
def test_where_the_kernel_forbids_namespaces_the_run_goes_on_and_says_so(
    user: User, command: tuple[str, ...], said: str
) -> None:
    unshare = [needs("unshare"), "--user", "--map-root-user", "sh", "-c", FORBID, "sh"]
    tried = subprocess.run([*unshare, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        missing(f"no namespace in which there could be no further one: {tried.stderr}")
    run = user.runs(*unshare, *command)
    told = f"{said}{SECOND_LINE} (the kernel's limit of namespaces is reached (user.max_user_namespaces and the like)"
    assert told in " ".join(run.said.split())
    assert run.code == 0, run.said


def test_what_is_mounted_below_run_does_not_keep_it_from_being_hidden(
    static: str, targets: dict[str, Target], tmp_path: Path
) -> None:
    """The kernel lays no overlay over a folder in which something is mounted that its user may not unmount."""
    folder = next((path for path in sorted(Path("/run").iterdir()) if path.is_dir() and not path.is_mount()), None)
    within = [needs("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs none "$0" && "$@"']
    if folder is None or subprocess.run([*within, folder, "true"], capture_output=True).returncode != 0:
        missing("no folder below /run in which something could be mounted")
    words = [word for target in targets.values() for word in target]
    command = [*within, folder, sys.executable, "-m", "tests.stack.local.reaching", static, *words]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["network"] == SECLUDED
    assert "reached" not in [answer for answers in told["reached"].values() for answer in answers], told
