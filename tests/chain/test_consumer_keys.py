"""A wrong value under any key of a consumer, of any kind, is told in one line each, and at the line of that key."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain.consumers.kinds import OURS
from harness.chain.loading import load_chain
from harness.errors import LoadError
from tests.sample import sample

HEAD = """\
chain: c
owner: o
deadline: "06:00"
folders: {outbox: {}}
jobs: {a: {run: [x], at: "02:00"}}
consumers:
  it:
"""
FILE = {"folder": "outbox", "name": '"a_{date}.csv"'}
VALID = {
    "http": {"kind": "http"},
    "postgres": {"kind": "postgres", "schema": "s.sql", "table": "t"},
    "folder": {"kind": "folder", **FILE},
    "pull": {"kind": "pull", **FILE, "at": '"03:45"'},
    "queue": {"kind": "queue", "list": "a"},
}
WRONG = ["[[]]", "{a: [1]}", "-1.5", "null", '""', '"  "', "{}", "[1]"]
ALSO_RIGHT = {("{}", "columns"), ("{}", "layout")}
KEYS = [(kind, field.alias or name) for kind, cls in OURS.items() for name, field in cls.model_fields.items()]


@pytest.mark.parametrize("wrong", sample(WRONG, 3))
@pytest.mark.parametrize("kind", OURS)
def test_a_wrong_value_is_told_where_it_stands(tmp_path: Path, kind: str, wrong: str) -> None:
    (tmp_path / "s.sql").write_text("create table t (a int)")
    for key in (key for of, key in KEYS if of == kind and (wrong, key) not in ALSO_RIGHT):
        given = VALID[kind] | {key: wrong}
        if key == "stream":
            del given["list"]
        (tmp_path / "c.yaml").write_text(HEAD + "".join(f"    {name}: {value}\n" for name, value in given.items()))
        with pytest.raises(LoadError) as refused:
            load_chain(tmp_path / "c.yaml")
        line = 8 + list(given).index(key)
        told = [(one.line, one.text) for one in refused.value.mistakes]
        assert any(at == line for at, _ in told), (key, told)
        assert all("\n" not in text and at in (line, 7) for at, text in told), (key, told)


def test_a_kind_that_is_none_is_told_at_its_key(tmp_path: Path) -> None:
    for kind, says in (
        ("foldr", "found 'foldr', expected http, postgres, folder, pull, queue"),
        ("[a]", "found a list"),
    ):
        (tmp_path / "c.yaml").write_text(f"{HEAD}    owner: o\n    kind: {kind}\n")
        with pytest.raises(LoadError) as refused:
            load_chain(tmp_path / "c.yaml")
        assert [(one.line, one.text.startswith(says)) for one in refused.value.mistakes] == [(9, True)]


@pytest.mark.parametrize("consumer", ["5", "[]", "null", "text"])
def test_a_consumer_that_is_no_mapping_is_told(tmp_path: Path, consumer: str) -> None:
    (tmp_path / "c.yaml").write_text(f"{HEAD.rstrip()} {consumer}\n")
    with pytest.raises(LoadError) as refused:
        load_chain(tmp_path / "c.yaml")
    assert {one.line for one in refused.value.mistakes} == {7}


def test_a_column_is_asked_for_once(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text(f"{HEAD}    required: [a, b, a]\n    unique: [b, b]\n    key: [c, c]\n")
    with pytest.raises(LoadError) as refused:
        load_chain(tmp_path / "c.yaml")
    assert [(one.line, one.text.partition(";")[0]) for one in refused.value.mistakes] == [
        (8, "the column 'a' is named twice"),
        (9, "the column 'b' is named twice"),
        (10, "the column 'c' is named twice"),
    ]
