"""What the text of a YAML file alone shows to be wrong, and what its values are."""

import datetime as dt
from pathlib import Path

import pytest

from harness.errors import LoadError
from harness.values.yaml_source import Document, read


def document(tmp_path: Path, content: str | bytes) -> Document:
    file = tmp_path / "a.yaml"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(file, "a chain")


def mistakes(tmp_path: Path, content: str | bytes) -> list[str]:
    try:
        found = [str(mistake) for mistake in document(tmp_path, content).mistakes]
    except LoadError as error:
        found = str(error).splitlines()
    return [line.replace(f"{tmp_path}/", "") for line in found]


def test_values_are_those_of_yaml_1_2(tmp_path: Path) -> None:
    text = "a: no\nb: 012\nc: 0x1F\nd: 1_000\ne: true\nf: 1.5\ng: 2026-11-23\nh: 'x'\ni: [1, off]\n"
    assert document(tmp_path, text).data == {
        "a": "no", "b": 12, "c": 31, "d": 1000, "e": True, "f": 1.5, "g": dt.date(2026, 11, 23), "h": "x",
        "i": [1, "off"],
    }  # fmt: skip


def test_every_key_and_entry_has_its_line(tmp_path: Path) -> None:
    lines = document(tmp_path, "a: 1\nb:\n  c:\n    - 1\n    - d: 2\n").lines
    assert (lines["a",], lines["b", "c"], lines["b", "c", 0], lines["b", "c", 1, "d"]) == (1, 3, 4, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "a.yaml:1: the file is empty; expected a chain"),
        ("# nothing\n---\n", "a.yaml:3: found nothing, expected a mapping: a chain"),
        ("- a\n- b\n", "a.yaml:1: found a list, expected a mapping: a chain"),
        ("\nhello\n", "a.yaml:2: found 'hello', expected a mapping: a chain"),
        ("a: 1\n\tb: 2\n", "a.yaml:2: not YAML: found a tab; expected spaces: YAML does not indent with tabs"),
        ("a: [1\nb: 2\n", "a.yaml:2: not YAML: while parsing a flow sequence (from line 1): "),
        ("a: 'open\n", "a.yaml:2: not YAML: while scanning a quoted scalar (from line 1): found unexpected end"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2: not YAML: "),
        (b"a: 1\nb: caf\xe9\n", "a.yaml:2: found byte 0xe9, which is not UTF-8"),
        ("a: 1\nb: \x07\n", "a.yaml:2: found a control character"),
        ("%YAML 1.1\n---\na: 1\n", "a.yaml:1: found the directive '%YAML 1.1', expected none"),
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: duplicate key 'a': it stands on line 1 already; keep one of the two"),
        ("a: {b: 1, b: 2}\n", "a.yaml:1: duplicate key 'b': it stands on line 1 already"),
        ("a: 10:05\n", 'a.yaml:1: found 10:05 without quotes, expected "10:05": other YAML readers take it for 605'),
        ("a: 01:30:10\n", 'a.yaml:1: found 01:30:10 without quotes, expected "01:30:10": other'),
        ("a:\nb: 1\n", "a.yaml:1: 'a' has no value: give it one, or leave the key out"),
        ("a: [1, ]\nb: [~]\n", "a.yaml:2: found an empty entry, expected a value"),
        ("1: a\n", 'a.yaml:1: found 1 as a key, expected text: write "1"'),
        ("? [a]\n: 1\n", "a.yaml:1: found a list or mapping as a key, expected text"),
        ("a: &x {b: 1}\nc: *x\n", "a.yaml:1: found an alias (*name), expected the value itself"),
        ("a: &x [*x]\n", "a.yaml:1: found an alias (*name), expected the value itself"),
        ("a: !!python/object:os.system x\n", "a.yaml:1: found the tag 'tag:yaml.org,2002:python/object:os.system'"),
    ],
)  # fmt: skip
def test_what_the_text_alone_shows_is_told_at_its_line(tmp_path: Path, text: str | bytes, expected: str) -> None:
    found = mistakes(tmp_path, text)
    assert len(found) == 1
    assert found[0].startswith(expected)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    assert document(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: x\r\n").data == {"a": 1, "b": "x"}


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path, expected in (
        (tmp_path / "none.yaml", "there is no such file"),
        (tmp_path, "cannot be read (Is a directory)"),
    ):
        with pytest.raises(LoadError, match="expected a chain") as raised:
            read(path, "a chain")
        assert expected in str(raised.value)


@pytest.mark.exhaustive
def test_deep_nesting_is_a_mistake_and_no_crash(tmp_path: Path) -> None:
    assert "nested" in mistakes(tmp_path, "a: " + "[" * 5000 + "]" * 5000)[0]
