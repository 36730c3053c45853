"""Factories are found, and what is wrong with them or with what stands beside them is told."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest

from harness.content import factories, shipped
from harness.errors import AuthorError
from harness.formats import FORMATS
from harness.night.file_contents import FileContents
from tests.night.test_file_contents import NIGHT, chain

README = (shipped.fixtures() / "factories" / "README.md").read_text()
HEAD = "from harness.formats import Column\nCOLUMNS = (Column('a', 'integer'), Column('b'))\n"
RECORDS = "def records(*, date, seed, rows: int, words: list[str] = []):\n    yield 1, 'x'\n"


def factory(folder: Path, text: str) -> factories.Factory:
    (folder / "factories").mkdir(exist_ok=True)
    (folder / "factories" / "own.py").write_text(text)
    return factories.find("own", folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = 1\n", r"own\.py: found no function 'records' or 'write', expected def records\("),
        (HEAD + RECORDS + "def write(out, *, date, seed): return 0\n", r"found both functions 'records' and 'write'"),
        (RECORDS, r"own\.py: found no COLUMNS, expected COLUMNS = \(Column\(name, type, width\), \.\.\.\)"),
        ("COLUMNS = 'a'\n" + RECORDS, r"own\.py: found other COLUMNS, expected"),
        ("COLUMNS = ['a']\n" + RECORDS, r"own\.py: COLUMNS: found 'a', expected"),
        (HEAD + "CONTROL = 'c'\n" + RECORDS, r"own\.py: CONTROL: unknown column 'c'\. .*Columns of numbers: a"),
        (HEAD + "CONTROL = 'b'\n" + RECORDS, r"own\.py: CONTROL: the column 'b' holds no numbers\."),
        (HEAD.replace("'integer'", "'int'") + RECORDS, r"does not load: ValueError: column 'a': found type 'int'"),
    ],
)
def test_a_factory_that_cannot_be_used_is_told_with_its_file(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(AuthorError, match=expected):
        factory(tmp_path, text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"rows": 1}, []),
        ({"rows": 1, "words": ["a"], "format": "jsonl", "trailer": True, "compress": "zip", "control": "a"}, []),
        ({}, [("factory", "the factory 'own' needs 'rows': write it beside the factory")]),
        ({"rows": "1"}, [("rows", "the factory 'own': rows: found '1', expected a whole number")]),
        (
            {"rows": 1, "compres": "zip"},
            [
                (
                    "compres",
                    (
                        "unknown parameter of the factory 'own' 'compres'. Did you mean 'compress'? "
                        "Known: rows, words, format, compress, delimiter, header, trailer, control, layout, member"
                    ),
                )
            ],
        ),
        (
            {"rows": 1, "format": "fixed"},
            [
                (
                    "format",
                    (
                        "the factory 'own': its columns a, b have no width, which a fixed-width file needs: "
                        "Column(name, type, width)"
                    ),
                )
            ],
        ),
    ],
)
def test_what_stands_beside_a_factory_is_a_parameter_or_a_form(tmp_path: Path, given: Any, expected: Any) -> None:
    assert list(factories.content_mistakes(factory(tmp_path, HEAD + RECORDS), given)) == expected


def test_a_factory_that_takes_anything_gets_everything_but_the_form(tmp_path: Path) -> None:
    own = factory(
        tmp_path, "def write(out, *, date, seed, **rest):\n    out.write(repr(rest).encode())\n    return 0\n"
    )
    given = {"colour": "red", "format": "csv"}
    assert list(factories.content_mistakes(own, given)) == []
    assert (own.parameters(given), own.form(given).given()) == ({"colour": "red"}, {"format": "csv"})
    out = io.BytesIO()
    assert factories.write(own, out, date=NIGHT, seed=0, parameters=own.parameters(given)) == 0
    assert out.getvalue() == b"{'colour': 'red'}"


def test_a_factory_with_a_parameter_of_a_forms_name_gets_it(tmp_path: Path) -> None:
    own = factory(tmp_path, "def write(out, *, date, seed, header: str):\n    return 0\n")
    assert list(factories.content_mistakes(own, {"header": "x"})) == []
    assert (own.parameters({"header": "x"}), own.form({"header": "x"}).given()) == ({"header": "x"}, {})


def test_the_readmes_factory_of_records_works_in_every_format(tmp_path: Path) -> None:
    shown, _ = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    own = factory(tmp_path, shown)
    for name in FORMATS:
        stored = FileContents(tmp_path / "store").content(chain(tmp_path, factory="own", format=name), "f", NIGHT, 0)
        assert (stored.records, stored.layout.format, stored.control_total is None) == (100, name, False)
    assert own.control == "pieces"
