"""What users' code does wrong while a night is prepared or runs: one error that is theirs, never a night that lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extensions.packages import harness, project
from tests.sample import sample

SERVED = 'return Body.of_bytes(b"".join(lines))'
SAID = {
    "inject raises": (
        "refused",
        {"refuse_every": ("return system.armed(self, points.REQUEST, ", "return {}['badge'](self, points.REQUEST, ")},
        "the fault refuse_every cannot be injected: KeyError: 'badge' (",
    ),
    "damage is none": (
        "swapped",
        {"swapped_digits": ("return Effect(record=self.record)", "return 5")},
        "swapped_digits asks for what no mock can do: damage: found 5, expected a dataclass that @damage has r",
    ),
    "effect of another point": (
        "refused",
        {"in_mocks": ("source.Refuse(refuse=effect.refuse)", "source.Delay(delay_ns=1)")},
        "expected an effect of the point (Refuse), or None",
    ),
    "no effect at all": (
        "refused",
        {"in_mocks": ("source.Refuse(refuse=effect.refuse)", "True")},
        "TypeError: it returned True, expected an effect of the point (Refuse), or None",
    ),
    "bytes for a body": (
        "swapped",
        {"in_mocks": (SERVED, 'return b""')},
        "TypeError: it returned b'', expected a Body, such as Body.of_bytes(...)",
    ),
    "write forgets what it wrote": (
        "refused",
        {"bars": ("return table.totals", "return None")},
        "chain.yaml:13: the format bars: its write returned None, expected the table's totals",
    ),
    "write raises": (
        "refused",
        {"bars": ("if layout.trailer:", "if layout.trialer:")},
        "chain.yaml:13: the format bars failed: AttributeError: 'Layout' object has no attribute 'trialer' (",
    ),
    "the factory raises": (
        "refused",
        {"factory": ("yield digits", "yield 1 / 0, digits")},
        "factories/pallets.py: the factory failed for 2026-11-23: ZeroDivisionError",
    ),
    "a key of ours": (
        "refused",
        {"effects": ('under: ClassVar[str] = "refuse_every"', 'under: ClassVar[str] = "refuse"')},
        "found the key 'refuse', which another effect at 'request' has; choose another",
    ),
}


@pytest.mark.parametrize("mistake", sample(SAID, {"inject raises", "bytes for a body"}))
def test_it_is_told_as_theirs(tmp_path: Path, mistake: str) -> None:
    scenario, changed, said = SAID[mistake]
    project(tmp_path, **changed)
    run = harness("run", f"{scenario}.yaml", site=tmp_path / "nothing", cwd=tmp_path)
    assert run.returncode in (3, 4), run.stdout + run.stderr
    assert said in run.stderr
    assert "Traceback" not in run.stderr


NEVER = {"swapped": ("{file: pallets, manifest: follows}", "{file: pallets, record: 100000}")}


def test_a_damage_that_changes_no_byte_has_not_acted(tmp_path: Path) -> None:
    project(tmp_path, **NEVER)
    run = harness("run", "swapped.yaml", site=tmp_path / "nothing", cwd=tmp_path)
    assert run.returncode == 1
    assert "the night proves nothing: a fault never acted: 0:swapped_digits" in run.stderr
    assert "the file has fewer records than that" in run.stderr


def test_a_damage_is_given_what_a_compressed_file_unpacks_to(tmp_path: Path) -> None:
    project(
        tmp_path,
        chain=("format: bars}", "format: bars, compress: gzip}"),
        book=("header, *lines, last = ask(", "header, *lines, last = __import__('gzip').decompress(ask("),
    )
    job = tmp_path / "chain/jobs/book.py"
    job.write_text(job.read_text().replace('/files/{NAME}").decode()', '/files/{NAME}")).decode()'))
    run = harness("run", "swapped.yaml", site=tmp_path / "nothing", cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
