"""Requests as bytes: valid ones, and what a seed makes of them that no sound client would send."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from urllib.parse import quote

BOMB = gzip.compress(bytes(64 << 20), mtime=0)
DEEP = 5_000

TEXTS = (
    "", " ", "\x00", "\r\n", "a" * 8_000, "9" * 5_000, "-1", "1e999", "NaN", "null", "\u0661\u0662", "\u00b2", "../..",
    "%00", "%ff%fe", "%", "%ud800", "\udcff", "\ud800", "caf\u00e9", "'; drop table jobs; --", "*a" * 200, "(a+)+$",
    "[[x]]", "{{x}}", "${x}", "2026-13-45", "Tue, 2147483648 Jan 99999 00:00:00 GMT",
    "Wed, 21 Oct 2015 07:28:00 +9999", "bytes=0-99999999999999999999", "bytes=-0", "bytes=5-1", "bytes=0-0,2-3",
    "bytes=" + "0-1," * 500, "bytes=" + "9" * 5_000 + "-", '"', "W/", '"' * 99, ",", ";q=", "gzip", "chunked",
    "Basic \u00ff", "Basic /w==", "Bearer \u00fc", "Bearer 9.\u00fc", "Bearer " + "9" * 5_000 + ".x", "Token \u00ff",
    'Snowflake Token="\u00ff"',
    "AWS4-HMAC-SHA256 Credential=\u00ff/1/2/3/aws4_request, SignedHeaders=host, Signature=\u00fc",
    "AWS4-HMAC-SHA256 ,,,===", "[::1", "a:b:c", "999.1.1.1:99999999", "xn--\u00fc",
)  # fmt: skip
"""Values that break readers: empty, long, of other alphabets, out of range, with another meaning elsewhere."""

HEADERS = (
    "Accept-Encoding", "Authorization", "Connection", "Content-Encoding", "Content-Length", "Content-MD5",
    "Content-Type", "Expect", "Host", "Idempotency-Key", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range",
    "If-Unmodified-Since", "Origin", "Range", "Transfer-Encoding", "Upgrade", "X-Amz-Content-Sha256", "X-Amz-Date",
    "X-Amz-Decoded-Content-Length", "X-Amz-Security-Token", "X-Amz-Checksum-Crc32", "x-amz-copy-source",
)  # fmt: skip

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PRI", "get", "\x00")

GARBAGE = (
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
    bytes.fromhex("16030100c8010000c40303") + bytes(190),  # the hello of TLS
    b"\x00" * 4_000,
    b"GET " + b"/a" * 50_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"y" * (4 << 20),
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET\r\n\r\n\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
    b"SSH-2.0-fuzz\r\n\xff\xff\xff\xff\xff\xff\xff\xff",
    b"GET http://[::1 HTTP/1.1\r\nHost: [::1\r\n\r\n",
)


@dataclass(frozen=True)
class Request:
    """One request; its body's length is stated truly unless a header says otherwise."""

    method: str
    target: str
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self, host: str) -> bytes:
        """As it goes over the wire."""
        headers = {"Host": host} | self.headers
        if self.body and not {"Content-Length", "Transfer-Encoding"} & set(headers):
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + self.body


def mutated(random: Random, valid: Request) -> Request:
    """The request with one to three things wrong with it."""
    for change in random.choices(_CHANGES, k=random.randint(1, 3)):
        valid = change(random, valid)
    return valid


def spoiled(random: Random, raw: bytes) -> bytes:
    """Bytes with some of them changed, repeated, or missing."""
    data = bytearray(raw)
    for _ in range(random.randint(1, 8)):
        at = random.randrange(len(data) + 1)
        match random.randrange(4):
            case 0:
                data[at:at] = random.randbytes(random.choice((1, 4, 300)))
            case 1:
                del data[at : at + random.choice((1, 4, 300))]
            case 2 if data:
                data[min(at, len(data) - 1)] ^= 1 << random.randrange(8)
            case _:
                data[at:at] = data[at : at + 64] * random.choice((1, 50))
    return bytes(data)


def nested(random: Random, depth: int = DEEP) -> Any:
    """Something that is no Python value but goes into JSON as it is: see `written`."""
    left, right = random.choice((("[", "]"), ('{"a":', "}")))
    return _Raw(left * depth + "1" + right * depth)


class _Raw(str):
    """JSON that no Python value stands for."""


def written(value: Any) -> bytes:
    """JSON, with `_Raw` pieces as they are."""
    pieces: list[str] = []

    def marked(one: Any) -> Any:
        if isinstance(one, _Raw):
            pieces.append(one)
            return f"<raw {len(pieces) - 1}>"
        if isinstance(one, dict):
            return {name: marked(part) for name, part in one.items()}
        return [marked(part) for part in one] if isinstance(one, list) else one

    text = json.dumps(marked(value))
    for number, piece in enumerate(pieces):
        text = text.replace(f'"<raw {number}>"', piece)
    return text.encode("utf-8", "surrogatepass")


def _value(random: Random) -> Any:
    raw = [_Raw(one) for one in ("1e999", "-1e999", "NaN", "Infinity", "9" * 400, "9" * 5_000, "0.1e-999", '"\\ud800"')]
    plain: list[Any] = [None, True, -1, 0, 2**63, 2**64, [], {}, [[]], [{}], "x" * 200_000, 1.5]
    return random.choice([*raw, *plain, *TEXTS, nested(random), nested(random, 100)])


def _json(random: Random, request: Request) -> Request:
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return _garbage(random, request)
    places = list(_places(document))
    if not places or random.random() < 0.1:
        return replace(request, body=written(_value(random)))
    inside, key = random.choice(places)
    if random.random() < 0.15 and isinstance(inside, dict):
        inside[str(_value(random))[:9_000]] = _value(random)
    elif random.random() < 0.2:
        del inside[key]
    else:
        inside[key] = _value(random)
    return replace(request, body=written(document))


def _places(document: Any) -> Any:
    if isinstance(document, dict | list):
        for key in list(document) if isinstance(document, dict) else range(len(document)):
            yield document, key
            yield from _places(document[key])


def _garbage(random: Random, request: Request) -> Request:
    body = random.choice((b"", b"\xff\xfe", b"<a>" * 9_000, b"a=%ff&b=%&&&=", b"\xef\xbb\xbf{}", random.randbytes(99)))
    return replace(request, body=random.choice((body, spoiled(random, request.body))))


def _encoded(random: Random, request: Request) -> Request:
    name = random.choice(("gzip", "deflate", "x-gzip", "br", "zstd", "gzip, gzip", "identity", "\u00ff", "GZIP"))
    packed = gzip.compress(request.body, mtime=0)  # the moment would be another in every run
    bodies = [
        packed,
        packed[:-4],
        packed * 2,
        packed + b"x",
        b"no gzip",
        b"",
        zlib.compress(request.body),
        request.body,
    ]
    bodies += [spoiled(random, packed), gzip.compress(packed, mtime=0)]
    if random.random() < 0.1:
        bodies = [BOMB]
    return replace(request, body=random.choice(bodies), headers=request.headers | {"Content-Encoding": name})


def _header(random: Random, request: Request) -> Request:
    name = random.choice([*HEADERS, *request.headers, *(f"X-{number}" for number in range(2))])
    return replace(request, headers=request.headers | {name: random.choice(TEXTS)})


def _query(random: Random, request: Request) -> Request:
    path, _, query = request.target.partition("?")
    parts = query.split("&") if query else []
    text = random.choice(TEXTS)
    text = quote(text, errors="surrogatepass") if random.random() < 0.6 else text.replace(" ", "+").replace("\r\n", "")
    if parts and random.random() < 0.8:
        at = random.randrange(len(parts))
        parts[at] = f"{parts[at].partition('=')[0]}={text}"
    else:
        parts.append(f"{random.choice(('prefix', 'limit', 'dates', 'uploads', 'x'))}={text}")
    return replace(request, target=f"{path}?{'&'.join(parts)}")


def _path(random: Random, request: Request) -> Request:
    path, mark, query = request.target.partition("?")
    parts = path.split("/")
    text = random.choice(TEXTS).replace(" ", "+").replace("\r\n", "")
    parts[random.randrange(len(parts))] = quote(text, errors="surrogatepass") if random.random() < 0.6 else text
    return replace(request, target="/".join(parts) + mark + query)


def _method(random: Random, request: Request) -> Request:
    return replace(request, method=random.choice(METHODS))


def _lying(random: Random, request: Request) -> Request:
    chunks = (b"5\r\nhello\r\n", b"5\r\nhel", b"zz\r\n", b"0\r\nX: y\r\n\r\n", b"-1\r\n\r\n", b"ffffffff\r\nx")
    if random.random() < 0.5:
        headers = request.headers | {"Transfer-Encoding": "chunked"}
        return replace(request, headers=headers, body=b"".join(random.choices(chunks, k=2)))
    length = random.choice((0, 1, len(request.body) + 9, -1, 2**31, 2**63, 10**400))
    return replace(request, headers=request.headers | {"Content-Length": str(length)})


Change = Callable[[Random, Request], Request]
_CHANGES: tuple[Change, ...] = (
    _json,
    _json,
    _json,
    _garbage,
    _encoded,
    _header,
    _header,
    _query,
    _path,
    _method,
    _lying,
)
