"""Who may ask, by the head of a request: a client of the night, and no web page that knows the port.

A page from elsewhere can make a browser send requests to this machine, and with a name of its own that leads here
(DNS rebinding) even read the answers. Browsers state who asks and for which name; no client of a night comes from a
page. Names that nobody outside can own are let pass: addresses, one word (a container's, a service's), ``localhost``
and what ends in it (a bucket's), names reserved for private use, this machine's own names, that of the engine's host,
where the ports are published, and those that the user gives; and each of these, and an endpoint's, with the bucket's
name before it, for S3's virtual hosts.
"""

from __future__ import annotations

import functools
import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

from harness.contract.endpoints import NAMES, PUBLISHED_NAMES, S3
from harness.mocks.core.refusal import Refusal

PRIVATE = (".localhost", ".localdomain", ".internal", ".test", ".local", ".home.arpa", ".alt")
"""RFC 6761, 6762, 8375, 9476 and ICANN's reserved names: no registrar sells them, so no page comes from there. ``.lan``
is reserved by nobody, and ``.example`` is for texts alone."""

HOSTS = Path("/etc/hosts")

_NAME = re.compile(r"[\w-]+(\.[\w-]+)*", re.ASCII)
_NO_PAGE = "a client of the night, and no web page"


def check(request: web.Request) -> None:
    """Let it pass, or refuse it."""
    for name, value in request.raw_headers:
        if not value.isascii():
            _require_text(name.decode(errors="replace"), value)
    try:
        request.raw_path.encode()
    except UnicodeEncodeError:
        raise Refusal("request line", found="bytes that are no UTF-8", expected="an address") from None
    host = request.headers.get("Host", "")
    if host and not is_private(_name_of(host)):
        expected = "an address, or a name of this machine or its stack"
        raise Refusal("Host", found=repr(host), expected=expected, status=421)
    origin = request.headers.get("Origin")
    if origin is not None and not _is_own(origin, host):
        raise Refusal("Origin", found=repr(origin), expected=_NO_PAGE, status=403)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        raise Refusal("Sec-Fetch-Site", found="'cross-site'", expected=_NO_PAGE, status=403)


@functools.lru_cache(maxsize=64)
def is_private(name: str) -> bool:
    """Whether it is a name that nobody outside can have."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        name = name.lower().rstrip(".")
        if not _NAME.fullmatch(name):
            return False
        host = name.removeprefix(f"{S3['bucket']}.")
        return "." not in name or name.endswith(PRIVATE) or host in NAMES or host in _own_names()
    return True


def _own_names() -> set[str]:
    """This machine's, fully qualified ones too where they are known without asking a name server, and given ones."""
    machine = os.uname().nodename.lower()
    names = {machine, *os.environ.get(PUBLISHED_NAMES, "").lower().replace(",", " ").split()}
    try:
        lines = HOSTS.read_text(errors="replace").lower().splitlines()
    except OSError:
        return names
    for line in lines:
        _, *on_line = line.partition("#")[0].split() or [""]
        if machine in on_line:
            names.update(on_line)
    return names


def _is_own(origin: str, host: str) -> bool:
    """Whether a page comes from this endpoint, or from this machine."""
    try:
        parts = urlsplit(origin)
        name = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (parts.netloc == host or _is_loopback(name))


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _name_of(host: str) -> str:
    """A Host header without its port; of an address of IPv6, without its brackets."""
    if host.startswith("["):
        name, bracket, _ = host[1:].partition("]")
        return name if bracket else host
    name, colon, port = host.rpartition(":")
    return name if colon and (port.isdecimal() or not port) else host


def _require_text(name: str, value: bytes) -> None:
    try:
        value.decode()
    except UnicodeDecodeError:
        raise Refusal(name, found="bytes that are no UTF-8", expected="a text") from None
