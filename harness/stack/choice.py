"""Which stack to use: the local one, the docker one, or whichever this machine has."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from harness.errors import AuthorError, StackError, tells_what_is_exhausted
from harness.extensions.doors import Extension
from harness.stack import Stack

StackName = Literal["local", "docker", "auto"]


@tells_what_is_exhausted
def start(
    name: StackName,
    *,
    published: bool = False,
    ports: Mapping[str, int] | None = None,
    certificate: Path | None = None,
    extensions: Sequence[Extension] | None = None,
) -> Stack:
    """A started stack; ``auto`` takes docker where an engine answers and the images are there, else local.

    ``published`` also lets clients outside the stack reach its endpoints (`Stack.published`), at the ports that
    ``ports`` gives them. ``extensions``: what of users' code is imported inside the mocks; all that installed packages
    declare, if left out. ``certificate``: a PEM file with its key for the scheduler's API, which the local stack alone
    serves over TLS. Raises AuthorError for a certificate that serves nobody, EngineError when docker is asked for and
    there is no engine, StackError for everything else that is amiss.
    """
    if certificate is not None:
        _require_for_local(name, certificate)
    if name == "local" or certificate is not None:
        return _local(published, ports, certificate, extensions)
    try:
        return _docker(published=published, ports=ports, extensions=extensions)
    except StackError:
        if name == "docker":
            raise
        return _local(published, ports, None, extensions)


def _require_for_local(name: StackName, certificate: Path) -> None:
    if name == "docker":
        raise AuthorError("--certificate: found it with --stack docker, expected --stack local, which alone serves TLS")
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(certificate)
    except (OSError, ssl.SSLError) as error:
        expected = "expected a PEM file with a certificate and its key"
        raise AuthorError(f"--certificate: found {certificate} ({error}), {expected}") from None


def _local(
    published: bool,
    ports: Mapping[str, int] | None,
    certificate: Path | None,
    extensions: Sequence[Extension] | None,
) -> Stack:
    from harness.stack.local.stack import LocalStack

    return LocalStack(reachable=published, ports=ports, certificate=certificate, extensions=extensions).start()


def _docker(*, published: bool, ports: Mapping[str, int] | None, extensions: Sequence[Extension] | None) -> Stack:
    # docker and testcontainers are slow to import, and seldom needed
    from harness.stack.docker.stack import DockerStack

    return DockerStack(published=published, ports=ports, extensions=extensions).start()
