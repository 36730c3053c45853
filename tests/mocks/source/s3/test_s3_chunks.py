"""Bodies in signed chunks with checksums behind them, as the SDKs of other languages send them, byte by byte."""

from __future__ import annotations

import base64
import hashlib
import socket
import zlib
from datetime import UTC, datetime

import pytest

from harness.mocks.source.s3.signature import Scope, Signer, canonical_request
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.source.s3.asked import GRANT, Asked

CONTENT = b"0123456789" * 3000
SIGNED, UNSIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
CRC32 = base64.b64encode(zlib.crc32(CONTENT).to_bytes(4)).decode()


class Sender:
    """Signs a put, and then its chunks."""

    def __init__(self, night: NightOfMocks, source: Played, payload: str, key: str = "up.bin") -> None:
        self.payload, self._port = payload, source.endpoints["s3"]
        moment = datetime.fromtimestamp(night.page.now_ns / 1e9, UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = Scope(GRANT["access_key"], moment[:8], GRANT["region"], "s3")
        self.signer = Signer.of(scope, moment, GRANT["secret_key"])
        signed = {
            "host": f"127.0.0.1:{self._port}",
            "x-amz-content-sha256": payload,
            "x-amz-date": moment,
            "x-amz-decoded-content-length": str(len(CONTENT)),
            "x-amz-trailer": "x-amz-checksum-crc32",
        }
        path = f"/feeds/{key}"
        self.signature = self.signer.request(canonical_request("PUT", path, [], signed, payload))
        credential = f"{GRANT['access_key']}/{scope.text}"
        authorization = (
            f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={';'.join(signed)}, Signature={self.signature}"
        )
        lines = [f"{name}: {value}" for name, value in signed.items()]
        lines += [f"Authorization: {authorization}", "Content-Encoding: aws-chunked", "Connection: close"]
        self.head = f"PUT {path} HTTP/1.1\r\n" + "\r\n".join(lines)

    def chunk(self, data: bytes) -> bytes:
        line = f"{len(data):x}"
        if self.payload == SIGNED:
            self.signature = self.signer.chunk(self.signature, hashlib.sha256(data).hexdigest())
            line += f";chunk-signature={self.signature}"
        return f"{line}\r\n".encode() + (data + b"\r\n" if data else b"")

    def trailer(self, checksum: str) -> bytes:
        line = f"x-amz-checksum-crc32:{checksum}"
        signed = ""
        if self.payload == SIGNED:
            signature = self.signer.trailer(self.signature, f"{line}\n".encode())
            signed = f"x-amz-trailer-signature:{signature}\r\n"
        return f"{line}\r\n{signed}\r\n".encode()

    def send(self, body: bytes) -> bytes:
        """The whole answer."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=patience_s()) as connection:
            connection.sendall(f"{self.head}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
            return b"".join(iter(lambda: connection.recv(65536), b""))


def body_of(sender: Sender, checksum: str = CRC32) -> bytes:
    chunks = [CONTENT[:8192], CONTENT[8192:], b""]
    return b"".join(sender.chunk(chunk) for chunk in chunks) + sender.trailer(checksum)


@pytest.mark.parametrize("payload", [SIGNED, UNSIGNED])
def test_a_body_in_chunks_is_put_without_its_wrapping(
    night: NightOfMocks, source: Played, boto3: Asked, payload: str
) -> None:
    sender = Sender(night, source, payload)
    assert sender.send(body_of(sender)).startswith(b"HTTP/1.1 200 OK")
    assert boto3.does("found = raw(get('up.bin')['Body'].read())") == CONTENT.decode()


@pytest.mark.parametrize("payload", [SIGNED, UNSIGNED])
def test_a_checksum_behind_the_body_that_is_not_its_own_is_refused(
    night: NightOfMocks, source: Played, payload: str
) -> None:
    sender = Sender(night, source, payload)
    assert b"<Code>BadDigest</Code>" in sender.send(body_of(sender, "AAAAAA=="))
    assert [kind for kind, _, _ in night.events("put")] == ["invoke", "fail"]


def test_a_chunk_that_was_changed_on_its_way_is_refused(night: NightOfMocks, source: Played) -> None:
    sender = Sender(night, source, SIGNED)
    answer = sender.send(body_of(sender).replace(b"0123456789", b"9876543210", 1))
    assert b"<Code>SignatureDoesNotMatch</Code>" in answer


@pytest.mark.parametrize("payload", [SIGNED, UNSIGNED])
def test_chunks_that_end_early_leave_nothing(night: NightOfMocks, source: Played, boto3: Asked, payload: str) -> None:
    sender = Sender(night, source, payload)
    assert b"<Code>IncompleteBody</Code>" in sender.send(sender.chunk(CONTENT[:8192]))
    assert boto3.tries("get('up.bin')").error == "NoSuchKey"


def test_what_is_announced_behind_the_body_has_to_come(night: NightOfMocks, source: Played) -> None:
    sender = Sender(night, source, UNSIGNED)
    answer = sender.send(sender.chunk(CONTENT) + sender.chunk(b"") + b"\r\n")
    assert b"x-amz-trailer announces x-amz-checksum-crc32, and it did not come" in answer
