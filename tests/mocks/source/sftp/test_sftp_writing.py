"""What clients change over SFTP: files put, renamed and removed, attributes, folders; and unfinished uploads."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
from pathlib import Path

import paramiko
import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import PATH, got, logged_in, put, until_told

WHERE = {"file": "forecast", "what": "file"}


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
    sha256 = hashlib.sha256(b"half and half\n").hexdigest()
    stated = {"size": 14, "sha256": sha256}
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
    sha256 = hashlib.sha256(b"half a ").hexdigest()
    what_came = {"size": 7, "sha256": sha256}
    assert night.events("put")[-1] == ("fail", {"name": "late.part", "via": "sftp"} | what_came, "client gone")
    with logged_in(source) as sftp:
        assert got(sftp, "/inbox/late.part") == b"half a "


def test_a_client_that_comes_again_before_its_lost_connection_is_noticed_has_the_last_word(
    night: NightOfMocks, source: Played
) -> None:
    with logged_in(source) as lost, logged_in(source) as sftp:
        file = lost.open("/inbox/late.part", "wb", bufsize=0)
        file.write(b"half a ")
        put(sftp, "/inbox/late.part")
        sftp.rename("/inbox/late.part", "/inbox/late")
        lost.get_channel().get_transport().sock.shutdown(socket.SHUT_RDWR)
        until_told(night, "put", "fail")
        assert got(sftp, "/inbox/late") == b"a line\n"
        assert "late.part" not in sftp.listdir("/inbox")
    told = night.events("put")[-1]
    assert (told[0], told[1]["size"], told[2]) == ("fail", 7, "client gone"), "a part of it was there"


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
