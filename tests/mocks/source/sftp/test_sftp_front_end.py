"""The SFTP front end over a night: what it loads, what it cannot reach, and its end."""

from __future__ import annotations

import hashlib
import posixpath
import subprocess
from pathlib import Path

import asyncssh
import paramiko
import pytest

from harness.contract.endpoints import SFTP
from tests.calibration import patience_s
from tests.clock.needed import needs
from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import NAME, Clients, got, logged_in, put


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
