"""Contents are made once and found again."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from harness.chain import Chain
from harness.contents import ContentStore
from harness.errors import AuthorError

NIGHT = dt.date(2026, 11, 23)
FACTORY = """
from pathlib import Path

def write(out, *, date, seed, text="x"):
    calls = Path(__file__).with_name("calls")
    calls.write_text((calls.read_text() if calls.exists() else "") + ".")
    out.write(text.encode())
    return 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "factories").mkdir()
    (tmp_path / "factories" / "one.py").write_text(FACTORY)
    return tmp_path


def chain(folder: Path, **content: Any) -> Chain:
    given = {
        "chain": "c", "owner": "o", "deadline": "06:00", "jobs": {"a": {"run": ["x"], "at": "02:00"}},
        "files": {"f": {"name": "f_{date}.csv", "arrives": "01:00", "content": content or {"factory": "one"}}},
    }  # fmt: skip
    return Chain.model_validate(given).located(folder)


def calls(folder: Path) -> int:
    return len((folder / "factories" / "calls").read_text())


def test_a_content_is_kept_under_its_checksum(folder: Path) -> None:
    store = ContentStore(folder / "store")
    stored = store.content(chain(folder, factory="one", text="hello"), "f", NIGHT, 0)
    assert store.path(stored.sha256).read_bytes() == b"hello"
    assert (stored.sha256, stored.size, stored.records) == (hashlib.sha256(b"hello").hexdigest(), 5, 1)


def test_a_content_is_made_once_for_all_nights_and_runs(folder: Path) -> None:
    store = ContentStore(folder / "store")
    for _ in range(3):
        store.content(chain(folder), "f", NIGHT, 0)
    ContentStore(folder / "store").content(chain(folder), "f", NIGHT, 0)
    assert calls(folder) == 1


def test_another_date_seed_parameter_or_factory_is_another_content(folder: Path) -> None:
    store = ContentStore(folder / "store")
    store.content(chain(folder), "f", NIGHT, 0)
    store.content(chain(folder), "f", NIGHT, 1)
    store.content(chain(folder), "f", NIGHT + dt.timedelta(days=1), 0)
    store.content(chain(folder, factory="one", text="y"), "f", NIGHT, 0)
    assert calls(folder) == 4
    (folder / "factories" / "two.py").write_text(FACTORY.replace('"x"', '"z"'))
    stored = store.content(chain(folder, factory="two"), "f", NIGHT, 0)
    assert store.path(stored.sha256).read_bytes() == b"z"


def test_a_damaged_note_or_a_lost_content_is_made_again(folder: Path) -> None:
    first = ContentStore(folder / "store").content(chain(folder), "f", NIGHT, 0)
    (note,) = (folder / "store" / "recipes").iterdir()
    note.write_text("{")
    assert ContentStore(folder / "store").content(chain(folder), "f", NIGHT, 0) == first
    (folder / "store" / first.sha256).unlink()
    store = ContentStore(folder / "store")
    assert store.content(chain(folder), "f", NIGHT, 0) == first
    assert store.path(first.sha256).is_file()
    assert json.loads(note.read_text())["sha256"] == first.sha256


def test_a_copied_file_has_its_lines_without_header_and_trailer_as_records(folder: Path) -> None:
    (folder / "real.csv").write_text("a,b\n1,2\n3,4\nTRAILER,2,6\n")
    (folder / "bare.csv").write_text("a,b\n1,2\n")
    store = ContentStore(folder / "store")
    assert store.content(chain(folder, copy="real.csv"), "f", NIGHT, 0).records == 2
    assert store.content(chain(folder, copy="bare.csv"), "f", NIGHT, 0).records == 1


def test_a_copied_file_that_is_gone_is_the_authors_to_know(folder: Path) -> None:
    with pytest.raises(AuthorError, match=r"real\.csv cannot be read \(No such file or directory\)"):
        ContentStore(folder / "store").content(chain(folder, copy="real.csv"), "f", NIGHT, 0)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise ValueError('no such day')", r"^chain .*: .*one\.py: the factory failed for 2026-11-23: no such day"),
        ("return 1 / 0", r"one\.py: the factory failed for 2026-11-23: ZeroDivisionError: division by zero"),
        ("return None", r"one\.py: the factory returned None, expected the number of records"),
    ],
)
def test_a_factory_that_fails_is_the_authors_to_know_and_leaves_nothing(folder: Path, body: str, expected: str) -> None:
    (folder / "factories" / "one.py").write_text(f"def write(out, *, date, seed):\n    {body}\n")
    with pytest.raises(AuthorError, match=expected):
        ContentStore(folder / "store").content(chain(folder), "f", NIGHT, 0)
    assert list((folder / "store").iterdir()) == []
