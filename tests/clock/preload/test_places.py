"""A place in a process's work: it says that it has come there, and does nothing more until it is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clock.needed import needs
from tests.clock.preload.landing import TO_WRITE, Landing
from tests.clock.virtual_night import Ended, Night

BYTE = 5001


LISTENS = """
import json, socket, sys
from pathlib import Path
folder, told = Path(sys.argv[2]), open(sys.argv[3], "w")
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("listens", flush=True)
while True:
    connection, _ = listener.accept()
    number, _, path = connection.recv(8192).decode().strip().partition(" ")
    there = {one.name: one.stat().st_size for one in folder.iterdir()}
    print(json.dumps([f"{number} {path}", there]), file=told, flush=True)
    connection.close()
"""
"""As the scheduler does, it lives in the night: time cannot go on while it has yet to answer."""


class Waiting(Landing):
    """A folder with places, and who listens there: what was told, and what the folder held before the answer."""

    def __init__(self, folder: Path, night: Night) -> None:
        self._file, self._told = folder / "places", folder / "told"
        super().__init__(folder, night, {"NIGHT_PLACES": str(self._file)})
        (folder / "from").write_bytes(bytes(range(250)) * 40)
        self.content = (folder / "from").read_bytes()
        self._listener = night.python(LISTENS, f"{self._file}.sock", str(self.folder), str(self._told))
        assert self._listener.stdout is not None
        assert self._listener.stdout.readline() == "listens\n"

    @property
    def told(self) -> list[tuple[str, dict[str, int]]]:
        return [(text, there) for text, there in map(json.loads, self._told.read_text().splitlines())]

    def at(self, *lines: str) -> None:
        self._file.write_text("".join(f"{line}\n".replace("FOLDER", str(self.folder)) for line in lines))

    def python(self, code: str) -> Ended:
        return super().python(START + code)

    def close(self) -> None:
        self._listener.kill()
        self._listener.wait()


@pytest.fixture
def waiting(night: Night, tmp_path: Path) -> Iterator[Waiting]:
    one = Waiting(tmp_path, night)
    yield one
    one.close()


START = """
import os, shutil, sys
os.chdir(sys.argv[1])
data = open("../from", "rb").read()
"""

ALL_OF = """
fd, of, at = os.open("a", os.O_CREAT | os.O_WRONLY), os.open("../from", os.O_RDONLY), 0
while at < len(data):
    at += CALL
"""

WAYS = {name: ALL_OF.replace("CALL", call) for name, call in TO_WRITE.items()} | {
    "buffered": "open('a', 'wb').write(data)",
    "small": "file = open('a', 'wb', buffering=0); [file.write(data[at:at + 7]) for at in range(0, len(data), 7)]",
    "append": "open('a', 'wb').write(data[:3000]); open('a', 'ab').write(data[3000:])",
    "shutil": "shutil.copyfile('../from', 'a')",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_waits_when_the_byte_is_there_and_not_one_more(waiting: Waiting, way: str) -> None:
    waiting.at(f"w\t{BYTE}\tFOLDER\t*")
    ended = waiting.python(WAYS[way])
    assert ended.code == 0, ended
    assert waiting.told == [("0 a", {"a": BYTE})]
    assert (waiting.folder / "a").read_bytes() == waiting.content


@pytest.mark.parametrize("command", ["cp {} {}", "cat {} > {}", "head -c 10000 {} > {}", "dd if={} of={} status=none"])
def test_programs_wait_there_too(waiting: Waiting, command: str) -> None:
    waiting.at(f"w\t{BYTE}\tFOLDER\ta*")
    script = command.format(waiting.folder.parent / "from", waiting.folder / "a.csv")
    assert waiting.run("bash", "-c", script).code == 0
    assert waiting.told == [("0 a.csv", {"a.csv": BYTE})]
    assert (waiting.folder / "a.csv").read_bytes() == waiting.content


def test_a_download_waits_there_too(waiting: Waiting) -> None:
    curl = needs("curl")
    waiting.at(f"w\t{BYTE}\tFOLDER\ta")
    ended = waiting.run(curl, "-s", "-o", str(waiting.folder / "a"), f"file://{waiting.folder.parent / 'from'}")
    assert ended.code == 0
    assert waiting.told == [("0 a", {"a": BYTE})]
    assert (waiting.folder / "a").read_bytes() == waiting.content


def test_what_is_mapped_is_not_seen(waiting: Waiting) -> None:
    waiting.at(f"w\t{BYTE}\tFOLDER\t*")
    made = "import mmap; fd = os.open('a', os.O_CREAT | os.O_RDWR); os.truncate(fd, 10000)"
    assert waiting.python(f"{made}; mmap.mmap(fd, 10000).write(data)").code == 0
    assert (waiting.folder / "a").read_bytes() == waiting.content
    assert waiting.told == []


RENAMES = ["os.rename('b', 'a')", "fd = os.open('.', os.O_RDONLY); os.rename('b', 'a', src_dir_fd=fd, dst_dir_fd=fd)"]


@pytest.mark.parametrize("rename", [*RENAMES, "os.system('mv b a')"])
def test_a_rename_waits_before_it_is_done_and_after(waiting: Waiting, rename: str) -> None:
    waiting.at("b\t0\tFOLDER\ta", "a\t0\tFOLDER\ta")
    assert waiting.python(f"open('b', 'w').close(); {rename}; open('late', 'w').close()").code == 0
    assert waiting.told == [("0 a", {"b": 0}), ("1 a", {"a": 0})]


def test_a_rename_that_fails_has_no_after(waiting: Waiting) -> None:
    waiting.at("a\t0\tFOLDER\ta")
    code = "try: os.rename('b', 'a')\nexcept FileNotFoundError as error: print(error.errno)"
    assert waiting.python(code).out.split() == ["2"]
    assert waiting.told == []


def test_a_pattern_with_a_slash_is_of_the_path(waiting: Waiting) -> None:
    waiting.at("w\t1\tFOLDER\tin/*.csv")
    names = ("x.csv", "in/x.csv", "in/x.txt", "out/x.csv")
    code = f"os.mkdir('in'); os.mkdir('out')\nfor name in {names}: open(name, 'w').write('x')"
    assert waiting.python(code).code == 0
    assert [told for told, _ in waiting.told] == ["0 in/x.csv"]


def test_where_nobody_listens_the_work_goes_on(waiting: Waiting) -> None:
    waiting.at("w\t1\tFOLDER\t*")
    waiting.close()
    assert waiting.python(WAYS["write"]).code == 0
    assert (waiting.folder / "a").read_bytes() == waiting.content
