"""The images of the docker stack: what they are called, whether they fit this harness, and how they are built.

Two images: `mocks` carries the harness and runs the clock and every mock; `jobs` is the default for a chain's
programs. Both are built from any base that has python3 with venv. Wheels come from the machine that builds, so a
build needs no package index inside a container, and an image whose harness is not this one is refused by name.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import io
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import harness
from harness.errors import AuthorError, StackError
from harness.stack.cleanup.containers import gone, labels
from harness.stack.docker.engine import BUILD_S, engine_calls, engine_client
from harness.stack.docker.wheels import is_installed, jobs_need, mocks_need

if TYPE_CHECKING:
    from docker import DockerClient

DEFAULT_BASE = "python:3.12-slim"

BASE_VARIABLE = "NIGHT_HARNESS_BASE_IMAGE"
MOCKS_VARIABLE = "NIGHT_HARNESS_MOCKS_IMAGE"
JOBS_VARIABLE = "NIGHT_HARNESS_JOBS_IMAGE"

POSTGRES_VARIABLE = "NIGHT_HARNESS_POSTGRES_IMAGE"

VERSION_LABEL = "night-harness.version"
"""On the mocks image: the digest of the harness sources in it."""

RUNS_INSIDE = (
    *("__init__.py", "errors.py", "history.py"),
    *("clock", "contract", "extensions", "formats", "mocks", "stack"),
)
"""The parts of the harness that the mocks image carries; the rest stays on the machine that runs the night."""

BASE_ANSWERS_WITHIN_S = 60

SOURCES = frozenset({".py", ".c", ".h"})

ASK = ["python3", "-c", "import platform as p; print('.'.join(p.python_version_tuple()[:2]), p.machine())"]
"""How a base image is asked for its Python."""

Say = Callable[[str], None]


def mocks_image() -> str:
    """The image of the clock and the mocks; NIGHT_HARNESS_MOCKS_IMAGE names another."""
    return os.environ.get(MOCKS_VARIABLE) or "night-harness/mocks"


def jobs_image(named: str | None = None) -> str:
    """The image of a job: the one its chain names, else the default; NIGHT_HARNESS_JOBS_IMAGE names another default."""
    if named and named != "night-harness/jobs":
        return named
    return os.environ.get(JOBS_VARIABLE) or "night-harness/jobs"


def postgres_image() -> str:
    """The image of a consumer that is a PostgreSQL; NIGHT_HARNESS_POSTGRES_IMAGE names another."""
    return os.environ.get(POSTGRES_VARIABLE) or "postgres:18"


def base_image() -> str:
    """What images are built from unless the call says; NIGHT_HARNESS_BASE_IMAGE names another."""
    return os.environ.get(BASE_VARIABLE) or DEFAULT_BASE


@lru_cache(maxsize=1)
def sources_digest() -> str:
    """The digest of the harness sources, which an image must share; what a compiler makes of them does not count."""
    digest = hashlib.sha256()
    for path in package_files():
        if path.suffix in SOURCES:
            digest.update(str(path.relative_to(package_root())).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:20]


def package_root() -> Path:
    """The folder of the harness that is running."""
    return Path(harness.__file__).parent


def package_files() -> Iterator[Path]:
    """The files of those parts: sources, and what the compiler made of them."""
    built = {"libnightclock.so", "night-agent", "night-seclude"}
    for part in RUNS_INSIDE:
        place = package_root() / part
        for path in sorted(place.rglob("*")) if place.is_dir() else (place,):
            if path.suffix in SOURCES or path.name in built:
                yield path


def definitions_folder() -> Path:
    """Where the Dockerfiles are: beside the package in a clone, inside it when installed."""
    for folder in (package_root().parent / "fixtures" / "images", package_root() / "fixtures" / "images"):
        if (folder / "mocks" / "Dockerfile").is_file():
            return folder
    raise StackError(
        "image definitions",
        found=f"no fixtures/images beside or inside {package_root()}",
        expected="the Dockerfiles that ship with the harness",
        todo="reinstall the harness, or run from a clone of it",
    )


def require_image(
    client: DockerClient, image: str, *, ours: bool = False, instead: str = "name another in the chain"
) -> dict[str, Any]:
    """The configuration of an image that must be there; ``ours`` also wants this harness's version in it.

    ``instead`` is how to name another.
    """
    from docker.errors import ImageNotFound

    build = "build it with `harness images build` (`--base IMAGE` where no registry is reachable)"
    with engine_calls(f"looking for image {image}"):
        try:
            attributes: dict[str, Any] = client.images.get(image).attrs or {}
        except ImageNotFound:
            default = image in {mocks_image(), jobs_image()}
            raise StackError(
                f"image {image}",
                found="the engine does not have it",
                expected="an image that is there before the night: nothing is pulled behind your back",
                todo=build if default else f"`docker pull {image}`, or build it, or {instead}",
            ) from None
    config: dict[str, Any] = attributes.get("Config") or {}
    found = (config.get("Labels") or {}).get(VERSION_LABEL)
    if ours and found != sources_digest():
        raise StackError(
            f"image {image}",
            found=f"it carries harness sources {found}" if found else "it carries no harness",
            expected=f"the sources that are running here, {sources_digest()}",
            todo=build.replace("build it", "build it again"),
        )
    return config


@dataclass(frozen=True)
class Interpreter:
    """The Python of a base image, as pip names it."""

    version: str
    machine: str

    def platforms(self) -> list[str]:
        """The wheel platforms that it takes, newest first; images with another libc than glibc are not supported."""
        return [f"manylinux_2_{minor}_{self.machine}" for minor in (36, 35, 34, 31, 28, 27, 24, 17)] + [
            f"manylinux2014_{self.machine}"
        ]


def build_images(base: str | None = None, *, more: Sequence[str] = (), say: Say = print) -> list[str]:
    """Build the mocks and the jobs image on ``base``; the names built.

    ``more``: installed packages that users' code inside the mocks needs. ``say`` is told of every step.
    """
    for package in more:
        if not is_installed(package):
            raise AuthorError(f"--with {package}: found no such package, expected one that is installed here")
    base = base or base_image()
    client = engine_client(call_s=BUILD_S)
    try:
        interpreter = _interpreter(client, base, say)
        say(f"base {base}: Python {interpreter.version} on {interpreter.machine}")
        folder = definitions_folder()
        with tempfile.TemporaryDirectory(prefix="night-harness-images-") as scratch:
            for kind, image, needs in (
                ("mocks", mocks_image(), (*mocks_need(), *more)),
                ("jobs", jobs_image(), jobs_need()),
            ):
                wheels = Path(scratch) / kind
                say(f"{kind}: collecting wheels of {', '.join(needs)}")
                _download(needs, interpreter, wheels)
                context = _context(folder / kind / "Dockerfile", wheels, with_package=kind == "mocks")
                labels = {"night-harness.image": kind}
                if kind == "mocks":
                    labels[VERSION_LABEL] = sources_digest()
                before = _id_of(client, image)
                _build(client, context, image, base, labels, say)
                _drop(client, before, _id_of(client, image))
    finally:
        client.close()
    return [mocks_image(), jobs_image()]


def _interpreter(client: DockerClient, base: str, say: Say) -> Interpreter:
    """Ask the base image which Python it has, and pull it first when it is not there."""
    from docker.errors import APIError, ImageNotFound

    todo = (
        "name one that is there with `--base IMAGE`; fixtures/images/README.md says how to make one without a registry"
    )
    with engine_calls(f"asking base image {base} for its Python"):
        try:
            client.images.get(base)
        except ImageNotFound:
            say(f"base {base}: not here, pulling it")
            try:
                client.images.pull(base)
            except APIError as why:
                found = f"it is not here and cannot be pulled ({why.explanation or why})"
                raise StackError(
                    f"base image {base}", found=found, expected="an image to build on", todo=todo
                ) from None
        container = client.containers.create(base, ASK, network_disabled=True, labels=labels("images"))
        try:
            container.start()
            status = container.wait(timeout=BASE_ANSWERS_WITHIN_S)["StatusCode"]
            answer = container.logs().decode(errors="replace").strip()
            found = f"python3 ended with {status}: {answer}" if status else ""
        except APIError as why:
            answer, found = "", f"python3 does not run in it ({str(why.explanation or why).splitlines()[0]})"
        finally:
            container.remove(force=True)
    if found:
        raise StackError(
            f"base image {base}", found=found, expected="an image with python3 and its venv module", todo=todo
        )
    version, machine = answer.split()
    return Interpreter(version, machine)


def _download(needs: tuple[str, ...], interpreter: Interpreter, into: Path) -> None:
    """Fetch wheels for the image's Python, in the versions that are installed here so that both stacks run the same."""
    platforms = [part for name in interpreter.platforms() for part in ("--platform", name)]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(into), "--only-binary=:all:"]
    command += ["--python-version", interpreter.version, *platforms]
    command += [f"{name}=={importlib.metadata.version(name)}" if is_installed(name) else name for name in needs]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=BUILD_S)
    if done.returncode:
        raise StackError(
            "wheels for the images",
            found=(done.stderr or done.stdout).strip()[-600:],
            expected=f"`pip download` to find {', '.join(needs)} for Python {interpreter.version}",
            todo="see that pip works in this environment and reaches its package index",
        )


def _context(dockerfile: Path, wheels: Path, *, with_package: bool) -> io.BytesIO:
    """The build context: Dockerfile, wheels, and the harness as it stands."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(dockerfile, "Dockerfile")
        for wheel in sorted(wheels.iterdir()):
            tar.add(wheel, f"wheels/{wheel.name}")
        if with_package:
            for path in package_files():
                tar.add(path, str(Path("package/harness") / path.relative_to(package_root())))
    packed.seek(0)
    return packed


def _id_of(client: DockerClient, image: str) -> str | None:
    from docker.errors import ImageNotFound

    with engine_calls(f"looking for image {image}"):
        try:
            return client.images.get(image).id
        except ImageNotFound:
            return None


def _drop(client: DockerClient, before: str | None, now: str | None) -> None:
    """Remove the image whose name a new one has taken, unless it has another name or a container."""
    with engine_calls("removing the image that was replaced"):
        if before not in (None, now) and not client.images.get(before).tags:
            gone(lambda: client.images.remove(before))


def _build(client: DockerClient, context: io.BytesIO, image: str, base: str, labels: dict[str, str], say: Say) -> None:
    """Run one build, saying its steps; a failing one ends with its last lines."""
    lines: list[str] = []
    with engine_calls(f"building image {image}", limit_s=BUILD_S):
        steps = client.api.build(
            fileobj=context, custom_context=True, tag=image, rm=True, forcerm=True,
            buildargs={"BASE": base}, labels=labels, decode=True,
        )  # fmt: skip
        for step in steps:
            text = str(step.get("stream") or step.get("error") or "").strip()
            lines += [text] if text else []
            if text.startswith("Step "):
                say(f"{image}: {text}")
            if "error" in step:
                raise StackError(
                    f"image {image}",
                    found="its build failed:\n    " + "\n    ".join("\n".join(lines[-8:]).splitlines()[-12:]),
                    expected=f"{base} to have python3 with venv",
                    todo="mend what the last line says, or name another base with `--base IMAGE`",
                )
    say(f"{image}: built")
