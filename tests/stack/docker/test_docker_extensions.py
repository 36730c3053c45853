"""What users add reaches the containers of the mocks without a new image."""

from __future__ import annotations

from pathlib import Path

from tests.extensions.packages import EXAMPLE, harness, install


def pallets(site: Path, in_mocks: str = "") -> Path:
    """The example, as installed; with something else at the head of what runs inside the mocks."""
    files = {str(file.relative_to(EXAMPLE)): file.read_text() for file in (EXAMPLE / "pallets").glob("*.py")}
    files["pallets/in_mocks.py"] = f"{in_mocks}\n" + files["pallets/in_mocks.py"].replace("from __future__", "# from")
    declared = (EXAMPLE / "pyproject.toml").read_text().split("[project.entry-points.")[1:]
    doors = []
    for group in declared:
        name, _, lines = group.partition("]\n")
        door = name.strip('"').removeprefix("night_harness.")
        doors += [
            f"{door}: {line.replace(chr(34), '')}" for line in lines.splitlines() if " = " in line and "[" not in line
        ]
    install(site, files)
    for number, door in enumerate(doors):
        install(site, {}, door, name=f"pallets-{number}")
    return site


def test_faults_of_a_package_act_in_containers(images: None, tmp_path: Path) -> None:
    site = pallets(tmp_path / "site")
    scenarios = EXAMPLE / "refused.yaml", EXAMPLE / "swapped.yaml"
    run = harness("run", "--stack", "docker", *scenarios, site=site, cwd=tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr


def test_what_an_image_lacks_is_one_error_that_says_how_to_build_one(images: None, tmp_path: Path) -> None:
    site = pallets(tmp_path / "site", in_mocks="import jsonschema")  # installed here, and not in the image
    run = harness("run", "--stack", "docker", EXAMPLE / "refused.yaml", site=site, cwd=tmp_path)
    assert run.returncode == 3
    assert (
        "entry point night_harness.mocks: pallets = pallets.in_mocks: ModuleNotFoundError: No module named 'json"
        in (run.stderr)
    )
    assert "harness images build --with NAME" in run.stderr
    assert "Traceback" not in run.stderr
