"""What clients read over SFTP: listings, attributes and files, and when the history says so."""

from __future__ import annotations

import stat

import paramiko
import pytest

from tests.mocks.conftest import BEGINS_NS, CONTENT, MINUTE_NS, NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import NAME, PATH, got, logged_in, until_told

SIZE = len(CONTENT)
WHERE = {"file": "forecast", "what": "file"}
BEGINS_S = BEGINS_NS // 10**9


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


def test_a_file_that_is_hidden_once_is_not_opened_that_once(night: NightOfMocks, sftp: paramiko.SFTPClient) -> None:
    source = night.played["source"]
    for ask in (sftp.open, sftp.stat, sftp.remove, lambda path: sftp.rename(path, f"{path}.done")):
        source.arm("look", {"hide": True}, where={"file": "forecast", "what": "file", "by": "name"}, times=1)
        with pytest.raises(FileNotFoundError):
            ask(PATH)
        assert source.done("DELETE", "arm/0")["passed"] == 1
    assert got(sftp) == CONTENT
