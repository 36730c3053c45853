"""What is wrong with a package is one error that names it: never a traceback of ours, and never left out silently."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.extensions.packages import harness, install
from tests.sample import sample

pytest_plugins = ["pytester"]

FAULT = '''
from contextlib import nullcontext
from pydantic.dataclasses import dataclass
from harness import STRICT, Fault, fault

@fault("{name}")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class Badge(Fault):
    """A badge reader is out of order.

    Stands for: a Monday.
    Detectable by: the queue at the gate.
    {last}
    """

    job: str
    named_by = ("badge",)

    def inject(self, system{more}):
        return nullcontext()
'''
SOUND = {"name": "badge", "last": "A sound chain: opens the gate by hand.", "more": ""}


def fault(**changed: str) -> str:
    return FAULT.format(**SOUND | changed)


CHECK = '''
from harness import Finding, Outcome, check

@check("quiet_gate", violated=Outcome.DEGRADED)
def quiet_gate({parameters}):
    """The gate is quiet.

    Applies: to every night.
    Unknown: never.
    {last}
    """
    return Finding.holds("it is")
'''
FORMAT = "from harness.formats import file_format\nfile_format({})"
TOLD = "from harness import tells\n@tells('job', type='ok')\ndef told(event): ..."
BADGE = "faults: badge = ours.badge"
ORIGIN = "package night-ours 1.0, entry point night_harness.{door}: "


@pytest.mark.parametrize(
    ("door", "module", "said"),
    sample(
        [
            ("faults", "import gates", "found ModuleNotFoundError: No module named 'gates'"),
            ("faults", "1 / 0", "found ZeroDivisionError: division by zero"),
            ("faults", "x =", "found SyntaxError"),
            ("faults", "", "found no fault that ours.badge registers; expected a class under @fault(NAME)"),
            (
                "faults",
                fault(name="late_file"),
                "fault 'late_file': found a second one of this name (the first is in harness.",
            ),
            (
                "faults",
                fault(last=""),
                "found no 'A sound chain:' in its docstring, expected what it does, then Stands",
            ),
            (
                "faults",
                fault(more=", night"),
                "inject: missing a required argument: 'night'; expected inject(self, s",
            ),
            ("faults", fault().replace("def inject", "def injekt"), "found no inject, expected inject(self, system)"),
            (
                "faults",
                fault().replace("(Fault)", ""),
                "found no dataclass of pydantic's that extends Fault, expected @",
            ),
            (
                "checks",
                CHECK.format(parameters="night", last="Does not verify: a thing."),
                "(too many positional arguments)",
            ),
            ("checks", CHECK.format(parameters="night, baseline", last=""), "found no 'Does not verify:' in its doc"),
            ("controls", "from harness import control\ncontrol('Badge', 'x')", "expected a name in small letters"),
            (
                "formats",
                "from harness.formats import file_format\nfile_format('csv', print)",
                "format 'csv': found a second",
            ),
            (
                "formats",
                "from harness.formats import file_format\nfile_format('b', lambda: 0)",
                "expected write(table, layout, out)",
            ),
            ("factories", "COLUMNS = ()", "found no function 'records' or 'write', expected def records("),
            (
                "events",
                "from harness import tells\n@tells('job', type='ok')\ndef told(event): ...",
                "event 'job ok': found a second",
            ),
        ],
        3,
    ),
)
def test_a_module_that_cannot_be_used_is_told_with_its_package(
    tmp_path: Path, door: str, module: str, said: str
) -> None:
    files = {"ours/__init__.py": "", "ours/badge.py": module}
    site = install(tmp_path / "site", files, f"{door}: badge = ours.badge")
    ask = {
        "controls": "from harness.chain.controls import CONTROLS; list(CONTROLS)",
        "formats": "from harness.formats import FORMATS; list(FORMATS)",
        "factories": "from harness.content.factories import find; import pathlib; find('badge', pathlib.Path())",
        "events": "from harness.report.timeline import TOLD; list(TOLD)",
    }
    if door in ("faults", "checks"):
        run = harness(door, site=site, cwd=tmp_path)
        assert (run.returncode, run.stdout) == (4, "")
        told = run.stderr
    else:
        told = refused(tmp_path, site, ask[door])
    assert told.startswith(ORIGIN.format(door=door) + "badge = ours.badge: ")
    assert said in told
    assert "Traceback" not in told
    assert told.count("\n") == 1


def refused(folder: Path, site: Path, program: str) -> str:
    """What the error of a look into a registry says."""
    caught = "except AuthorError as error:\n    raise SystemExit(str(error))"
    script = f"from harness.errors import AuthorError\ntry:\n    {program}\n{caught}"
    file = folder / "look.py"
    file.write_text(script)
    run = harness("clock", "run", "--", "python", str(file), site=site, cwd=folder)
    return run.stderr


def test_a_group_that_is_no_door_is_refused(tmp_path: Path) -> None:
    site = install(tmp_path / "site", {"ours/__init__.py": ""}, "fault: badge = ours")
    run = harness("faults", site=site, cwd=tmp_path)
    assert run.returncode == 4
    assert (
        "found the group night_harness.fault; expected one of night_harness.faults, night_harness.checks" in run.stderr
    )


def test_a_scenario_with_a_broken_package_beside_it_is_not_collected(
    pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = install(tmp_path / "site", {"ours/__init__.py": "", "ours/badge.py": "import gates"}, BADGE)
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    pytester.makefile(".yaml", night="scenario: it\nchain: chain.yaml\nnight: 2026-11-23\nfaults: [badge]\n")
    result = pytester.runpytest_subprocess("-pno:schemathesis", "-pno:hypothesispytest")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*package night-ours 1.0, entry point *: found ModuleNotFoundError: *'gates'*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_two_packages_cannot_have_one_name(tmp_path: Path) -> None:
    site = install(tmp_path / "site", {"ours/__init__.py": "", "ours/badge.py": fault()}, BADGE)
    install(site, {"theirs/__init__.py": "", "theirs/badge.py": fault()}, "faults: b = theirs.badge", name="theirs")
    run = harness("faults", site=site, cwd=tmp_path)
    assert run.returncode == 4
    assert run.stderr.startswith("package theirs 1.0")
    assert "fault 'badge': found a second one of this name (the first is in ours.badge)" in run.stderr
