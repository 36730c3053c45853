"""Builds the C artifacts, and puts the shipped chains into the package; everything else is in pyproject.toml.

A machine without a compiler still gets an install that works: with a real clock, and a line that says so.
"""

import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = Path(__file__).parent
LIBRARY = ("-fPIC", "-shared", "-fvisibility=hidden", f"-I{HERE / 'harness' / 'clock'}")
"""The clock's sources name their headers from that folder on."""

STRICT = ("-std=gnu11", "-O2", "-g", "-Wall", "-Wextra")


@dataclass(frozen=True)
class Artifact:
    """A file to compile: its sources, and the ways to link it, of which the first that works is taken."""

    target: str
    sources: str  # a glob, relative to this file
    ways: tuple[tuple[str, ...], ...]


ARTIFACTS = (
    Artifact(
        "harness/clock/libnightclock.so",
        "harness/clock/**/*.c",
        # Since glibc 2.34 these two are empty, but a program with an older one must be told to load them.
        (
            (*LIBRARY, "-Wl,--no-as-needed", "-l:libdl.so.2", "-l:libpthread.so.0"),
            (*LIBRARY, "-pthread", "-ldl"),
        ),
    ),
    Artifact("harness/stack/agent/night-agent", "harness/stack/agent/agent.c", (("-static",), ())),
    Artifact("harness/stack/docker/night-seclude", "harness/stack/docker/seclude.c", (("-static",), ())),
)


SHIPPED = ("fixtures", "scenarios")
"""Folders of a clone's top level that an installed package carries inside itself (`harness.content.shipped`)."""


def shipped_files() -> list[Path]:
    """What they hold, relative to this file."""
    found = (path for name in SHIPPED for path in (HERE / name).rglob("*"))
    return sorted(path.relative_to(HERE) for path in found if path.is_file() and "__pycache__" not in path.parts)


def compiler() -> list[str]:
    """The compiler of the environment ($CC), or the machine's."""
    return shlex.split(os.environ.get("CC", "")) or ["cc"]


def build(artifact: Artifact, folder: Path) -> Path | None:
    """Compile one artifact below a folder; None, with a line on stderr, when that cannot be done."""
    sources = sorted(str(path) for path in HERE.glob(artifact.sources))
    if not sources:
        return None
    if not sys.platform.startswith("linux"):
        return None
    target = folder / artifact.target
    target.parent.mkdir(parents=True, exist_ok=True)
    found = ""
    for way in artifact.ways:
        # Into a new file first: a running process may have the old one mapped.
        new = target.with_name(f".{target.name}.{os.getpid()}")
        command = [*compiler(), *STRICT, "-o", str(new), *sources, *way]
        try:
            subprocess.run(command, check=True, capture_output=True, text=True)
        except OSError as error:
            found = f"{command[0]}: {error.strerror}"
            break
        except subprocess.CalledProcessError as error:
            found = error.stderr.strip() or f"{command[0]} ended with {error.returncode}"
        else:
            new.replace(target)
            return target
        finally:
            new.unlink(missing_ok=True)
    sys.stderr.write(f"night-harness: {artifact.target} was not built, and the install goes on without it: {found}\n")
    return None


class BuildWithArtifacts(build_py):
    """Puts artifacts and shipped files beside the Python files: in the wheel; an editable install has them in place."""

    def run(self) -> None:
        """Copy the Python files, then compile, then copy what is shipped."""
        super().run()
        folder = HERE if self.editable_mode else Path(self.build_lib)
        self.added = [str(path) for artifact in ARTIFACTS if (path := build(artifact, folder))]
        if not self.editable_mode:
            for file in shipped_files():
                target = folder / "harness" / file
                target.parent.mkdir(parents=True, exist_ok=True)
                self.copy_file(str(HERE / file), str(target))
                self.added.append(str(target))

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What this command makes, for the record of the install."""
        return [*super().get_outputs(include_bytecode), *([] if self.editable_mode else getattr(self, "added", []))]


class SourceWithArtifacts(sdist):
    """Puts what artifacts are compiled from, and what is shipped, into a source archive."""

    def make_distribution(self) -> None:
        """Add them to what setuptools has found by itself."""
        sources = (
            path.relative_to(HERE) for name in ("clock", "stack") for path in (HERE / "harness" / name).rglob("*.[ch]")
        )
        self.filelist.extend([str(file) for file in [*sources, *shipped_files()]])
        super().make_distribution()


class BinaryDistribution(Distribution):
    """Says that the wheel is of one platform, though it has no Python extension."""

    def has_ext_modules(self) -> bool:
        """Whether the wheel belongs to one platform."""
        return True


def wheel_of_any_python() -> dict[str, type]:
    """The artifacts know nothing of Python, so one wheel serves every version of it."""
    try:
        from setuptools.command.bdist_wheel import bdist_wheel
    except ImportError:
        return {}

    class AnyPython(bdist_wheel):
        def get_tag(self) -> tuple[str, str, str]:
            return "py3", "none", super().get_tag()[2]

    return {"bdist_wheel": AnyPython}


if __name__ == "__main__":
    setup(
        distclass=BinaryDistribution,
        cmdclass={"build_py": BuildWithArtifacts, "sdist": SourceWithArtifacts, **wheel_of_any_python()},
    )
