"""What scripts start, as far as it can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.clock.reach.scripts import follow, python_commands, shell_commands


def programs(text: str) -> list[tuple[int, str]]:
    return [(one.line, one.words[0]) for one in shell_commands(text)]


@pytest.mark.parametrize(
    ("line", "started"),
    [
        ("jq .a", ["jq"]),
        ("A=1 B='x y' jq", ["jq"]),
        ("cat f | jq . >out 2>&1 && mail", ["cat", "jq", "mail"]),
        ("if ! jq -e .; then (cd x; yq); fi", ["jq", "cd", "yq", "fi"]),
        ('x="$(jq -r .a f)"', ["jq"]),
        ("x=`jq .`", ["jq"]),
        ("exec env -i A=b timeout -k 1 5 jq", ["exec", "env", "timeout"]),
        ("env A=b timeout 5 nice jq", ["env", "timeout", "nice", "jq"]),
        ("find . | xargs -0 jq", ["find", "xargs", "jq"]),
        ("# jq", []),
        ("echo 'jq; yq' \"; kubectl\"", ["echo"]),
        ("$TOOL/jq x", []),
        ("jq() { curl x; }\njq", ["curl"]),
    ],
)
def test_the_words_at_the_places_of_commands_are_programs(line: str, started: list[str]) -> None:
    assert [name for _, name in programs(line)][: len(started)] == started
    assert len(programs(line)) <= len(started) + 2


def test_lines_that_go_on_texts_over_lines_and_here_documents_count_as_they_stand() -> None:
    text = "a \\\n  x\nb <<EOT\njq\nEOT\nc 'one\njq'\nd\n"
    assert programs(text) == [(1, "a"), (3, "b"), (6, "c"), (8, "d")]


def test_a_quote_without_an_end_hides_its_own_line_alone() -> None:
    assert programs("it's\njq\n")[-1] == (2, "jq")


def test_python_says_what_it_starts_where_it_spells_it_out() -> None:
    text = """
import os, subprocess
from subprocess import check_output as out
subprocess.run(["jq", "-r", path])
out(("yq", "."))
subprocess.run("cd x && mlr --csv", shell=True)
os.execvp("rclone", ["rclone"])
os.system("kubectl get x")
subprocess.run([sys.executable, "x.py"])
subprocess.run(command)
print("jq")
"""
    assert [(one.line, one.words[0]) for one in python_commands(text)] == [
        *((4, "jq"), (5, "yq"), (6, "cd"), (6, "mlr"), (7, "rclone"), (8, "kubectl")),
    ]
    assert list(python_commands("this is (no Python")) == []


def test_scripts_that_scripts_start_are_followed_each_once(tmp_path: Path) -> None:
    (tmp_path / "job.sh").write_text(". ./lib.sh\npython load.py\n./job.sh\n")
    (tmp_path / "lib.sh").write_text("one\n")
    (tmp_path / "load.py").write_text("import os\nos.system('sh -c two')\n")
    found = [(one.file and one.file.name, one.line, one.words[0]) for one in follow(["bash", "job.sh"], tmp_path)]
    assert {("lib.sh", 1, "one"), ("load.py", 2, "two")} <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "argv",
    [
        ["sh", "-c", "jq ."],
        ["bash", "-euo", "pipefail", "-c", "jq ."],
        ["bash", "-x", "job.sh"],
        ["bash", "-o", "pipefail", "job.sh"],
        ["./job.sh"],
        ["python3", "-X", "utf8", "job.py"],
        ["python", "-c", "import os; os.system('jq')"],
    ],
)
def test_a_job_is_a_script_in_many_ways(tmp_path: Path, argv: list[str]) -> None:
    (tmp_path / "job.sh").write_text("#!/usr/bin/env bash\njq .\n")
    (tmp_path / "job.py").write_text("import subprocess\nsubprocess.run(['jq'])\n")
    assert "jq" in [one.words[0] for one in follow(argv, tmp_path)]


@pytest.mark.parametrize("argv", [["python", "-m", "job"], ["./nowhere.sh"], ["bash"], ["./binary"], ["sh", "-c"]])
def test_what_cannot_be_read_starts_nothing(tmp_path: Path, argv: list[str]) -> None:
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\xff")
    assert list(follow(argv, tmp_path)) == []
