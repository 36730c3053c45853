"""The example of a package with one of each, installed by pip, in every place where what it adds must count."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.extensions.packages import EXAMPLE, harness
from tests.runs import WITHOUT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has put it. pip fetches what builds it from the package index, so without one there is none."""
    folder = tmp_path_factory.mktemp("pallets")
    shutil.copytree(EXAMPLE, folder / "source")
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(folder / "site"),
        "./source",
    ]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if "No matching distribution found for setuptools" in run.stderr:
        if os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1":
            pytest.fail(run.stderr)
        pytest.skip("no package index answers, so nothing can be built")
    assert run.returncode == 0, run.stderr
    return folder / "site"


def test_it_counts_in_every_command_and_schema(site: Path, tmp_path: Path) -> None:
    faults = harness("faults", site=site, cwd=tmp_path)
    assert "refuse_every" in faults.stdout
    page = harness("faults", "swapped_digits", site=site, cwd=tmp_path).stdout
    assert "the week in which the scanner at gate 3 was mounted upside down" in page
    assert "few_requests" in harness("checks", site=site, cwd=tmp_path).stdout
    chain = json.loads(harness("schema", "chain", site=site, cwd=tmp_path).stdout)
    assert "bars" in json.dumps(chain)
    assert '"check digit"' in json.dumps(chain)
    scenario = json.loads(harness("schema", "scenario", site=site, cwd=tmp_path).stdout)
    assert "refuse_every" in json.dumps(scenario)
    assert "DockConsumer" in chain["$defs"]
    for name in ("chain", "dock"):
        assert harness("lint", EXAMPLE / f"chain/{name}.yaml", site=site, cwd=tmp_path).returncode == 0


def test_its_scenarios_are_run_and_told_in_its_own_words(site: Path, tmp_path: Path) -> None:
    run = harness("run", EXAMPLE / "refused.yaml", EXAMPLE / "swapped.yaml", site=site, cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "the balancer finds the broken server, as at every request number 2" in run.stdout
    told = harness("run", "--json", EXAMPLE / "refused.yaml", site=site, cwd=tmp_path)
    assert json.loads(told.stdout)["outcome"] == "recovered"
    assert any(one["check"] == "few_requests" for one in json.loads(told.stdout)["findings"])


def test_its_own_tests_and_scenarios_pass_under_pytest(site: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("pallets"))
    path = os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        *(f"-pno:{plugin}" for plugin in WITHOUT),
    ]
    environment = os.environ | {"PYTHONPATH": path}
    run = subprocess.run([*command, "."], cwd=source, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert "29 passed" in run.stdout


@pytest.mark.exhaustive
def test_a_command_that_repeats_a_failure_need_not_say_what_is_installed(site: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "it.yaml"
    text = (EXAMPLE / "refused.yaml").read_text().replace("recovered", "unaffected")
    scenario.write_text(text.replace("chain/chain.yaml", str(EXAMPLE / "chain/chain.yaml")))
    run = harness("run", scenario, site=site, cwd=tmp_path)
    assert run.returncode == 1
    assert "expected unaffected, found recovered" in run.stderr
    assert "--load" not in run.stderr
