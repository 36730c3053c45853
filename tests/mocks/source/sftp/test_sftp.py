"""The source's SFTP front end: what is there, what clients put there, and when the history says so."""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import paramiko
import pytest

from harness.contract.endpoints import SFTP
from tests.calibration import patience_s
from tests.clock.needed import needs
from tests.mocks.conftest import BEGINS_NS, CONTENT, MINUTE_NS, NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import Clients, logged_in

NAME = "forecast.csv"
PATH = f"/inbox/{NAME}"
SIZE = len(CONTENT)
WHERE = {"file": "forecast", "what": "file"}
BEGINS_S = BEGINS_NS // 10**9


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME, source="sftp")
    return night.start("source")


@pytest.fixture
def sftp(source: Played) -> Iterator[paramiko.SFTPClient]:
    with logged_in(source) as session:
        yield session


def got(sftp: paramiko.SFTPClient, path: str = PATH) -> bytes:
    content = io.BytesIO()
    sftp.getfo(path, content)
    return content.getvalue()


def put(sftp: paramiko.SFTPClient, path: str, content: bytes = b"a line\n") -> None:
    sftp.putfo(io.BytesIO(content), path)


# --- what is there ------------------------------------------------------------------------------------------------


def test_a_listing_has_names_sizes_and_the_dates_of_the_night(sftp: paramiko.SFTPClient) -> None:
    listed = {each.filename: each for each in sftp.listdir_attr("/inbox")}
    assert sorted(listed) == [NAME, f"{NAME}.manifest.json"]
    file = listed[NAME]
    assert (file.st_size, file.st_mtime, stat.filemode(file.st_mode)) == (SIZE, BEGINS_S, "-rw-r--r--")
    assert str(file.longname).split()[:5] == ["-rw-r--r--", "1", "night", "night", str(SIZE)]


def test_the_root_holds_the_inbox_and_every_path_leads_there(sftp: paramiko.SFTPClient) -> None:
    assert sftp.listdir(".") == ["inbox"]
    assert sftp.normalize("inbox/../inbox/./x") == "/inbox/x"
    assert stat.S_ISDIR(sftp.stat("../../inbox").st_mode)
    sftp.chdir("inbox")
    assert sftp.stat(NAME).st_size == SIZE


def test_stat_lstat_and_fstat_agree_and_are_no_events(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    assert sftp.stat(PATH) == sftp.lstat(PATH) or str(sftp.stat(PATH)) == str(sftp.lstat(PATH))
    assert night.events("serve") == []
    with sftp.open(PATH) as file:
        assert str(file.stat()) == str(sftp.stat(PATH))


def test_what_is_not_there_is_no_such_file(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    for look in (sftp.stat, sftp.open, sftp.listdir, sftp.remove, sftp.rmdir):
        with pytest.raises(FileNotFoundError):
            look("/inbox/nothing.csv")
    with pytest.raises(OSError, match="Failure"):
        sftp.open("/inbox")
    asked = {"name": "nothing.csv", "what": "file", "via": "sftp"}
    assert night.events("serve")[1] == ("fail", asked, "No such file or directory")


def test_a_file_is_not_there_before_it_arrives(night: NightOfMocks) -> None:
    night.publish(NAME, arrives_ns=BEGINS_NS + 90 * MINUTE_NS, source="sftp")
    with logged_in(night.start("source")) as sftp:
        assert sftp.listdir("/inbox") == []
        with pytest.raises(FileNotFoundError):
            sftp.stat(PATH)
        night.run(91)
        assert sftp.stat(PATH).st_mtime == BEGINS_S + 90 * 60
        assert got(sftp) == CONTENT


def test_files_of_other_protocols_are_not_there(night: NightOfMocks) -> None:
    night.publish("other.csv")
    night.publish(NAME, source="sftp")
    source = night.start("source")
    with logged_in(source) as sftp:
        assert "other.csv" not in sftp.listdir("/inbox")
    assert source.get(f"/files/{NAME}").status == 404


def test_a_name_with_a_path_brings_its_folders(night: NightOfMocks) -> None:
    night.publish("daily/eu/forecast.csv", source="sftp")
    with logged_in(night.start("source")) as sftp:
        assert sftp.listdir("/inbox") == ["daily"]
        assert "forecast.csv" in sftp.listdir("/inbox/daily/eu")
        assert got(sftp, "/inbox/daily/eu/forecast.csv") == CONTENT


# --- retrievals ---------------------------------------------------------------------------------------------------


def test_a_retrieval_leaves_its_events(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    assert got(sftp) == CONTENT
    served = {"name": NAME, "what": "file", "via": "sftp"}
    assert night.events("serve") == [
        ("invoke", served, None),
        ("ok", served | {"bytes": SIZE, "complete": True}, None),
    ]


def test_a_part_that_is_read_is_said_as_a_part(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    with sftp.open(PATH, bufsize=0) as file:
        file.seek(100)
        assert file.read(50) == CONTENT[100:150]
        file.seek(120)
        assert file.read(50) == CONTENT[120:170]
    assert night.events("serve")[-1][1] == {"name": NAME, "what": "file", "via": "sftp", "bytes": 70, "complete": False}


def test_one_open_is_one_retrieval_whatever_happens_meanwhile(
    night: NightOfMocks, source: Played, sftp: paramiko.SFTPClient
) -> None:
    source.arm("serve", {"cut": {"bytes": 1000, "where": "exact"}}, where=WHERE, times=1)
    with sftp.open(PATH, bufsize=0) as first:
        assert first.read(500) == CONTENT[:500]
        assert got(sftp) == CONTENT, "the next retrieval is another one"
        sftp.remove(PATH)
        assert first.read(5000) == CONTENT[500:1000]
        assert first.stat().st_size == 1000
    assert len(night.events("fault")) == 1


def test_a_growing_file_is_seen_in_steps(night: NightOfMocks) -> None:
    night.publish(NAME, source="sftp")
    source = night.start("source")
    source.arm("serve", {"grow": {"from": 0.25, "every_ns": 5 * MINUTE_NS, "steps": 3}}, where=WHERE)
    with logged_in(source) as sftp:
        sizes = []
        for minutes in (1, 6, 11, 16):
            night.run(minutes)
            content = got(sftp)
            assert CONTENT.startswith(content)
            assert sftp.stat(PATH).st_size == len(content)
            assert sftp.listdir_attr("/inbox")[0].st_size == len(content)
            sizes.append(len(content))
    assert sizes == [SIZE // 4, SIZE // 4 + (SIZE - SIZE // 4) // 3, SIZE // 4 + (SIZE - SIZE // 4) * 2 // 3, SIZE]


def test_a_client_that_goes_in_the_middle_is_told_without_a_count(night: NightOfMocks, source: Played) -> None:
    with logged_in(source) as sftp:
        file = sftp.open(PATH, bufsize=0)
        assert file.read(10) == CONTENT[:10]
        sftp.get_channel().get_transport().sock.close()
    until_told(night, "serve", "fail")
    assert night.events("serve")[-1] == ("fail", {"name": NAME, "what": "file", "via": "sftp"}, "client gone")


def until_told(night: NightOfMocks, action: str, how: str) -> None:
    """The other side of a connection notices its end when it does: let it."""
    for _ in range(2_000):
        if [kind for kind, _, _ in night.events(action)][-1:] == [how]:
            return
        night.played["source"].call("GET", "state")


# --- what clients put there ---------------------------------------------------------------------------------------


def test_a_file_is_uploaded_under_one_name_and_renamed(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    with sftp.open("/inbox/report.csv.part", "w") as file:
        file.write("half")
        file.flush()
        assert sftp.stat("/inbox/report.csv.part").st_size == 4, "it is there while it is written, as on any server"
        assert got(sftp, "/inbox/report.csv.part") == b"half"
        file.write(" and half\n")
    sftp.rename("/inbox/report.csv.part", "/inbox/report.csv")
    assert "report.csv" in sftp.listdir("/inbox")
    assert "report.csv.part" not in sftp.listdir("/inbox")
    assert got(sftp, "/inbox/report.csv") == b"half and half\n"
    named = {"name": "report.csv.part", "via": "sftp"}
    stated = {"size": 14, "sha256": hashlib.sha256(b"half and half\n").hexdigest()}
    assert night.events("put") == [("invoke", named, None), ("ok", named | stated, None)]
    moved = {"file": "", "name": "report.csv.part", "to": "report.csv", "via": "sftp"}
    assert night.events("rename") == [("info", moved, None)]


def test_a_rename_does_not_replace_and_a_posix_rename_does(sftp: paramiko.SFTPClient) -> None:
    put(sftp, "/inbox/new.csv")
    with pytest.raises(OSError, match="Failure"):
        sftp.rename("/inbox/new.csv", PATH)
    sftp.posix_rename("/inbox/new.csv", PATH)
    assert got(sftp) == b"a line\n"


def test_a_renamed_file_is_still_the_one_that_a_fault_is_for(source: Played, sftp: paramiko.SFTPClient) -> None:
    source.arm("serve", {"cut": {"bytes": 10, "where": "exact"}}, where=WHERE)
    sftp.mkdir("/done")
    sftp.rename(PATH, "/done/forecast.csv")
    assert got(sftp, "/done/forecast.csv") == CONTENT[:10]


def test_bytes_may_come_in_any_order_and_at_the_end(sftp: paramiko.SFTPClient) -> None:
    with sftp.open("/inbox/x", "w", bufsize=0) as file:
        file.seek(6)
        file.write(b"world")
        file.seek(0)
        file.write(b"hello ")
    with sftp.open("/inbox/x", "a") as file:
        file.write(b"!")
    with sftp.open("/inbox/x", "r+") as file:
        file.seek(0)
        file.write(b"H")
        file.flush()
        file.truncate(5)
    assert got(sftp, "/inbox/x") == b"Hello"


def test_dates_and_modes_can_be_set(sftp: paramiko.SFTPClient) -> None:
    sftp.utime(PATH, (1, 86400))
    sftp.chmod(PATH, 0o600)
    sftp.rename(PATH, "/inbox/other.csv")
    seen = sftp.stat("/inbox/other.csv")
    assert (seen.st_mtime, stat.filemode(seen.st_mode)) == (86400, "-rw-------")


def test_folders_are_made_and_removed(sftp: paramiko.SFTPClient) -> None:
    sftp.mkdir("/outbox")
    put(sftp, "/outbox/a")
    assert sorted(sftp.listdir("/")) == ["inbox", "outbox"]
    for folder in ("/outbox", "/inbox"):
        with pytest.raises(OSError, match="Failure"):
            sftp.rmdir(folder)
    with pytest.raises(FileNotFoundError):
        put(sftp, "/nowhere/a")
    sftp.remove("/outbox/a")
    sftp.rmdir("/outbox")
    assert sftp.listdir("/") == ["inbox"]


def test_of_a_client_that_goes_in_mid_upload_a_part_stays(night: NightOfMocks, source: Played) -> None:
    with logged_in(source) as sftp:
        file = sftp.open("/inbox/late.part", "wb", bufsize=0)
        file.write(b"half a ")
        sftp.get_channel().get_transport().sock.close()
    until_told(night, "put", "fail")
    assert night.events("put")[-1] == ("fail", {"name": "late.part", "via": "sftp"}, "client gone")
    with logged_in(source) as sftp:
        assert got(sftp, "/inbox/late.part") == b"half a "


def test_nothing_of_this_machine_can_be_reached(sftp: paramiko.SFTPClient) -> None:
    for attempt in (
        lambda: sftp.symlink("/etc/passwd", "/inbox/link"),
        lambda: sftp.readlink("/inbox/link"),
        lambda: sftp.open("/etc/passwd"),
        lambda: sftp.open("/inbox/../../../etc/passwd"),
    ):
        with pytest.raises(OSError, match=r"unsupported|No such file"):
            attempt()
    own = {name for name in vars(asyncssh.SFTPServer) if not name.startswith("_")}
    from harness.mocks.source.sftp.operations import Operations

    harmless = {"channel", "connection", "env", "logger", "convert_attrs", "format_longname"}
    unused = {"map_path", "reverse_map_path"}  # only the operations that are replaced ask them
    replaced = {name for base in Operations.__mro__ if base.__module__.startswith("harness.") for name in vars(base)}
    assert own - replaced == harmless | unused


# --- life ---------------------------------------------------------------------------------------------------------


def test_asyncssh_is_not_loaded_before_a_night_needs_it(night: NightOfMocks) -> None:
    source = night.start("source", "--sftp-port", "0")

    def loaded() -> bool:
        return "cryptography" in Path(f"/proc/{source.process.pid}/maps").read_text()

    with pytest.raises(paramiko.ssh_exception.NoValidConnectionsError), logged_in(source):
        pass
    assert not loaded()
    night.publish(NAME, source="sftp")
    night.start("source", "--sftp-port", "0")
    with logged_in(source) as sftp:
        assert got(sftp) == CONTENT
    assert loaded()


def test_a_new_night_drops_connections_and_forgets_what_clients_did(night: NightOfMocks, source: Played) -> None:
    with logged_in(source) as sftp:
        put(sftp, "/inbox/a")
        sftp.mkdir("/b")
        sftp.open("/inbox/c", "w")
        source.done("POST", "reset", night.plan)
        with pytest.raises((OSError, EOFError, paramiko.SSHException)):
            sftp.listdir("/")
    with logged_in(source) as sftp:
        assert sftp.listdir("/") == ["inbox"]
        assert sftp.listdir("/inbox") == [NAME, f"{NAME}.manifest.json"]
    source.done("POST", "reset", night.plan | {"files": []})
    with pytest.raises((OSError, EOFError, paramiko.SSHException)), logged_in(source):
        pass


def test_an_idle_client_does_not_make_the_clock_tick(night: NightOfMocks, source: Played, tmp_path: Path) -> None:
    program = """
import asyncio, asyncssh, os
async def wait():
    at = os.environ
    async with asyncssh.connect(at["SFTP_HOST"], int(at["SFTP_PORT"]), config=None, username=at["SFTP_USER"],
                                password=at["SFTP_PASSWORD"], known_hosts=None) as connection:
        async with connection.start_sftp_client() as sftp:
            await asyncio.sleep(8 * 3600)
            print(await sftp.listdir("/"))
asyncio.run(wait())
"""
    process = Clients(night, source.endpoints["sftp"], NAME, tmp_path / "x").program("-c", program)
    stop = night.run(9 * 60)
    assert process.communicate(timeout=patience_s())[0] == b"['.', '..', 'inbox']\n"
    assert stop.jumps <= 3


@pytest.mark.exhaustive
def test_a_large_file_passes_both_ways_with_flat_memory(night: NightOfMocks) -> None:
    content = b"0123456789abcde\n" * (4 << 20)
    night.publish("large.csv", content, source="sftp")
    source = night.start("source")

    def peak_kb() -> int:
        status = Path(f"/proc/{source.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))

    with logged_in(source) as sftp:
        put(sftp, "/inbox/warm")
        got(sftp, "/inbox/warm")
        before, digest = peak_kb(), hashlib.sha256()
        with sftp.open("/inbox/large.csv") as file:
            file.prefetch(len(content))  # asks for all of it at once
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        put(sftp, "/inbox/back.csv", content)
    assert digest.hexdigest() == hashlib.sha256(content).hexdigest()
    assert peak_kb() - before < 16 * 1024


def test_a_mistake_of_ours_is_a_failure_and_an_event(night: NightOfMocks, source: Played) -> None:
    next(path for path in (night.dir / "store").iterdir()).unlink()
    with logged_in(source) as sftp, pytest.raises(OSError, match="Failure"):
        got(sftp)
    (bug,) = night.history("source").of("bug")
    assert "FileNotFoundError" in str(bug.error)
    source.done("POST", "reset", night.plan | {"files": []})  # or else the fixture fails, as a night would


def test_openssh_scp_works(night: NightOfMocks, source: Played, tmp_path: Path) -> None:
    needs("scp")
    key, target = tmp_path / "key", tmp_path / "target"
    key.touch(mode=0o600)
    key.write_text(SFTP["key"])
    server = f"{SFTP['user']}@127.0.0.1"
    options = ["-F", "none", "-i", key, "-P", str(source.endpoints["sftp"]), "-o", "BatchMode=yes"]
    options += ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={tmp_path}/known"]
    scp = ["scp", "-q", *options]
    subprocess.run([*scp, f"{server}:{posixpath.join('/inbox', NAME)}", target], check=True, timeout=patience_s())
    assert target.read_bytes() == CONTENT
    subprocess.run([*scp, "-p", target, f"{server}:/inbox/back.csv"], check=True, timeout=patience_s())
    with logged_in(source) as sftp:
        assert got(sftp, "/inbox/back.csv") == CONTENT
    assert (tmp_path / "known").read_text().strip().endswith(SFTP["host_key"])


# --- faults that choose by the name ---------------------------------------------------------------------------------


def test_a_file_that_is_hidden_once_is_not_opened_that_once(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    source = night.played["source"]
    for ask in (sftp.open, sftp.stat, sftp.remove, lambda path: sftp.rename(path, f"{path}.done")):
        source.arm("look", {"hide": True}, where={"file": "forecast", "what": "file", "by": "name"}, times=1)
        with pytest.raises(FileNotFoundError):
            ask(PATH)
        assert source.done("DELETE", "arm/0")["passed"] == 1
    assert got(sftp) == CONTENT


# --- what is not finished -------------------------------------------------------------------------------------------


def test_an_upload_ends_with_its_night_and_leaves_nothing(night: NightOfMocks, source: Played) -> None:
    with logged_in(source) as sftp:
        file = sftp.open("/inbox/half.csv", "w")
        file.write(b"half")
        assert sftp.stat("/inbox/half.csv").st_size == 4
        source.done("POST", "reset", night.plan)
    assert [path.name for path in (night.dir / "store").iterdir() if path.name.startswith(".")] == []
    assert night.events("put") == []
    descriptors = Path(f"/proc/{source.process.pid}/fd").iterdir()
    open_files = [os.path.realpath(file) for file in descriptors]  # one that is closed meanwhile is no error
    assert [path for path in open_files if path.startswith(str(night.dir / "store"))] == []


def test_two_who_write_one_file_at_once_both_have_written_it(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    first, second = (sftp.open("/inbox/twice.csv", "w") for _ in range(2))
    first.write(b"one")
    second.write(b"two and more")
    second.close()
    first.close()
    assert got(sftp, "/inbox/twice.csv") == b"one", "the last one that is closed stays"
    assert [how for how, *_ in night.events("put")] == ["invoke", "invoke", "ok", "ok"]
