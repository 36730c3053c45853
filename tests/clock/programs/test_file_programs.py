"""Unchanged programs that look at files' ages across virtual hours: the shell, its tools, curl, make, Node.js."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.clock.needed import needs
from tests.clock.virtual_night import AT_NS, SECOND, Night

BEGAN_S = AT_NS // SECOND


pytestmark = pytest.mark.usefixtures("in_its_folder")


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


def said(night: Night, script: str, shell: str = "bash") -> list[str]:
    """The words that a script says."""
    needs(shell)
    ended = night.run(shell, "-c", script)
    assert (ended.code, ended.err) == (0, "")
    return ended.out.split()


def is_at(path: str, seconds: float) -> bool:
    """Whether a file's inode says that it was written so long after the night began; this process is not in it."""
    return 0 <= Path(path).stat().st_mtime - BEGAN_S - seconds < 2


def test_find_tells_files_by_their_age(night: Night) -> None:
    script = "echo x > a; sleep 3600; echo x > b; sleep 60; find a b -mmin +59; find a b -mmin -59; find b -newer a"
    assert said(night, script) == ["a", "b", "b"]


def test_the_shell_knows_which_file_is_newer(night: Night) -> None:
    script = "echo x > a; sleep 1; echo x > b; test b -nt a && echo newer; test a -nt b || echo older; [[ a -ot b ]]"
    assert said(night, script) == ["newer", "older"]


def test_ls_and_stat_and_date_tell_when_a_file_was_written(night: Night) -> None:
    script = """
        sleep 1800; echo x > a
        ls --full-time --time-style=+%T a | cut -d' ' -f6; date -r a +%T; stat -c %y a | cut -c12-16
        expr $(stat -c %Y a) - $(date +%s); expr $(stat -c %Z a) - $(date +%s)"""
    ended = night.run("bash", "-c", script)
    assert ended.out.split()[:3] == ["02:30:00", "02:30:00", "02:30"]
    assert set(ended.out.split()[3:]) <= {"0", "-1"}


def test_touch_makes_and_renews_a_file_now_or_at_a_given_time(night: Night) -> None:
    said(night, "touch a b; sleep 3600; touch b; touch -d '2020-01-01 00:00:00.123456789' c; touch -r a d")
    assert is_at("a", 0)
    assert is_at("b", 3600)
    assert Path("c").stat().st_mtime_ns == 1_577_836_800_123_456_789
    assert Path("d").stat().st_mtime_ns == Path("a").stat().st_mtime_ns


def test_copies_are_new_and_kept_times_are_kept(night: Night) -> None:
    script = "echo x > a; sleep 3600; cp a copy; cp -p a kept; sleep 3600; mv copy moved; ln a link; mkdir d; mv kept d"
    said(night, script)
    assert is_at("a", 0)
    assert is_at("moved", 3600)
    assert Path("d/kept").stat().st_mtime_ns == Path("a").stat().st_mtime_ns == Path("link").stat().st_mtime_ns


def test_gzip_keeps_a_files_time(night: Night) -> None:
    needs("gzip")
    said(night, "echo x > a; echo x > b; sleep 3600; gzip a; gzip < b > c.gz; sleep 3600; gzip -d a.gz")
    assert is_at("a", 0)
    assert is_at("c.gz", 3600)


def test_tar_packs_and_unpacks_times_and_is_itself_new(night: Night) -> None:
    needs("tar")
    said(night, "echo x > a; sleep 3600; tar -cf t.tar a; sleep 3600; mkdir d; tar -xf t.tar -C d; tar -xmf t.tar")
    assert is_at("t.tar", 3600)
    assert Path("d/a").stat().st_mtime == BEGAN_S
    assert is_at("a", 7200)


def test_curl_writes_its_file_now(night: Night) -> None:
    needs("curl")
    Path("source").write_text("x")
    os.utime("source", (0, 0))
    said(night, "sleep 3600; curl -s -o got file://$PWD/source; curl -s -R -o kept file://$PWD/source")
    assert is_at("got", 3600)
    assert Path("kept").stat().st_mtime == 0


def test_sed_in_place_and_sort_write_now(night: Night) -> None:
    said(night, "echo x > a; sleep 3600; sed -i s/x/y/ a; sort -o b a; tee c < a > /dev/null; dd if=a of=d status=none")
    assert all(is_at(path, 3600) for path in "abcd")


@pytest.mark.parametrize("shell", ["bash", "dash"])
@pytest.mark.parametrize(
    "script",
    [
        "(sleep 3600; echo x) > a",
        "{ sleep 3600; expr 1; } > a",
        "{ echo x; sleep 3600; expr 1; } >> a; sleep 60",
        "exec 3> a; sleep 3600; echo x >&3; exec 3>&-",
        "exec 3> a; sleep 3600; expr 1 >&3",
        "exec > a; echo x; sleep 3600; date",
        "exec 2> a; sleep 3600; ls missing || true",
        "(sleep 3600; echo x) | cat > a",
        "sleep 3600; : > a",
        "sleep 3600; getconf PAGE_SIZE > a",
        "echo x > a; sleep 3600; echo x >> a; cat a > /dev/null; sleep 60; cat < a >> /dev/null",
        "{ expr 1; sleep 3600; expr 1; sleep 60; } > a",
    ],
)
def test_a_redirection_is_stamped_when_it_was_written(night: Night, shell: str, script: str) -> None:
    assert said(night, script, shell) == []
    assert is_at("a", 3600)


def test_make_builds_what_is_older_than_its_source(night: Night) -> None:
    needs("make")
    Path("Makefile").write_text("b: a\n\tcat a > b\n\techo built\n")
    script = "echo x > a; sleep 1; make -s; make -s; sleep 3600; make -s; echo y > a; make -s; make -s; cat b"
    assert [word for word in said(night, script) if word in "built y"] == ["built", "built", "y"]


def test_perl_tells_a_files_age_in_days(night: Night) -> None:
    needs("perl")
    script = 'perl -e \'open F, ">a"; print F 1; close F; sleep 3600; $^T = time; printf "%.3f", -M "a"\''
    assert said(night, script) == ["0.042"]


def test_node_tells_a_files_age(night: Night) -> None:
    needs("node")
    code = """
        const fs = require("fs");
        fs.writeFileSync("a", "x");
        fs.appendFileSync("a", "x");
        setTimeout(() => console.log(Math.round((Date.now() - fs.statSync("a").mtimeMs) / 60000)), 3600000);"""
    ended = night.run("node", "-e", code)
    assert (ended.out, ended.code) == ("60\n", 0), ended.err
    assert is_at("a", 0)
