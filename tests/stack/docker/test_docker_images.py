"""The images: what they carry, and what is said when they cannot be built."""

from __future__ import annotations

import subprocess
import sys

import pytest

from harness.errors import StackError
from harness.stack.docker import images
from harness.stack.docker.images import (
    Interpreter,
    build_images,
    definitions_folder,
    jobs_image,
    package_files,
    package_root,
)


def test_the_parts_that_the_mocks_image_carries_are_all_that_its_programs_import():
    carried = {str(path.relative_to(package_root())) for path in package_files()}
    programs = [
        "harness.stack.docker.container_init",
        *(f"harness.mocks.{name}" for name in ("source", "consumers", "scheduler")),
    ]
    ask = f"import sys, importlib\nfor name in {programs}: importlib.import_module(name)\n"
    ask += "print('\\n'.join(m.__file__ for n, m in sys.modules.items() if n.startswith('harness') and m.__file__))"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout
    imported = {line.removeprefix(f"{package_root()}/") for line in said.split()}
    assert imported <= carried


def test_every_default_image_has_its_definition():
    assert {path.parent.name for path in definitions_folder().glob("*/Dockerfile")} >= {"mocks", "jobs"}


def test_the_default_jobs_image_can_be_replaced_and_one_that_a_chain_names_cannot(monkeypatch):
    monkeypatch.setenv("NIGHT_HARNESS_JOBS_IMAGE", "registry.example/jobs:7")
    assert jobs_image() == jobs_image("night-harness/jobs") == "registry.example/jobs:7"
    assert jobs_image("team/etl") == "team/etl"


def test_wheels_are_asked_for_the_python_and_the_machine_of_the_base():
    assert "manylinux2014_aarch64" in Interpreter("3.12", "aarch64").platforms()


def test_a_base_that_is_not_there_is_named_with_the_option_that_names_another(engine):
    with pytest.raises(StackError) as caught:
        build_images("localhost:1/night-harness/no-such-base", say=lambda _: None)
    assert "localhost:1/night-harness/no-such-base" in caught.value.where
    assert "--base" in caught.value.todo


def test_a_base_without_python_is_refused_before_anything_is_built(engine, images, monkeypatch):
    monkeypatch.setattr("harness.stack.docker.images.ASK", ["no-such-python"])
    with pytest.raises(StackError, match="python3 does not run in it"):
        build_images(jobs_image(), say=lambda _: None)


def test_the_digest_is_of_sources_and_not_of_what_a_compiler_makes(tmp_path, monkeypatch):
    monkeypatch.setattr(images, "package_root", lambda: tmp_path)
    monkeypatch.setattr(images, "RUNS_INSIDE", ("clock",))
    (tmp_path / "clock").mkdir()
    (tmp_path / "clock" / "page.h").write_text("int page;")

    def digest() -> str:
        images.sources_digest.cache_clear()
        return images.sources_digest()

    try:
        before = digest()
        (tmp_path / "clock" / "libnightclock.so").write_bytes(b"compiled")
        assert digest() == before
        (tmp_path / "clock" / "page.h").write_text("long page;")
        assert digest() != before
    finally:
        images.sources_digest.cache_clear()
