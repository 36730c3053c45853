"""A job that puts its result to the source with a real client, and in a night that recovered, does it wrong.

SENDS says how: a name of this module's functions. Before RECOVERED (a time of the night, UTC) it is always `well`.
"""

import gzip
import os
import posixpath
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

NAME = "export_20261123.csv"
ROWS = b"".join(b"north,sku-%04d,%d\n" % (n, n) for n in range(2_000))
RECOVERED = "0105"


class Http:
    """urllib3, which says nothing of a body that ends early."""

    def __init__(self) -> None:
        import urllib3

        self._url = os.environ["SOURCE_URL"]
        self._pool = urllib3.PoolManager(retries=False, timeout=30)

    def put(self, name: str, content: bytes, method: str = "PUT") -> None:
        answer = self._pool.request(method, f"{self._url}/files/{name}", body=content)
        if answer.status >= 300:
            raise OSError(f"{answer.status}: {answer.data.decode()}")

    def post(self, name: str, content: bytes) -> None:
        self.put(name, content, "POST")

    def remove(self, name: str) -> None:
        self._pool.request("DELETE", f"{self._url}/files/{name}")

    def break_off(self, name: str, content: bytes) -> None:
        """Half of a body, and the connection is gone."""
        import http.client

        connection = http.client.HTTPConnection(os.environ["SOURCE_URL"].partition("://")[2])
        connection.putrequest("PUT", f"/files/{name}")
        connection.putheader("Content-Length", str(len(content)))
        connection.endheaders(content[: len(content) // 2])
        connection.close()


class S3:
    """boto3."""

    def __init__(self) -> None:
        import boto3
        from botocore.config import Config

        self.client = boto3.client(
            "s3",
            endpoint_url=os.environ["S3_URL"],
            region_name=os.environ["S3_REGION"],
            aws_access_key_id=os.environ["S3_ACCESS_KEY"],
            aws_secret_access_key=os.environ["S3_SECRET_KEY"],
            config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
        )
        self.bucket = os.environ["S3_BUCKET"]

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=name, Body=content)

    def remove(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=name)

    def rename(self, name: str, to: str) -> None:
        """As everybody does it, for S3 renames nothing."""
        self.client.copy_object(Bucket=self.bucket, Key=to, CopySource={"Bucket": self.bucket, "Key": name})
        self.remove(name)

    def break_off(self, name: str, content: bytes, *, tidy: bool = True) -> None:
        """An upload in parts that is given up, or only left."""
        of = {"Bucket": self.bucket, "Key": name}
        of["UploadId"] = self.client.create_multipart_upload(**of)["UploadId"]
        self.client.upload_part(**of, PartNumber=1, Body=content[: len(content) // 2])
        if tidy:
            self.client.abort_multipart_upload(**of)


class Sftp:
    """paramiko."""

    def __init__(self) -> None:
        import paramiko

        self.transport = paramiko.Transport((os.environ["SFTP_HOST"], int(os.environ["SFTP_PORT"])))
        self.transport.connect(username=os.environ["SFTP_USER"], password=os.environ["SFTP_PASSWORD"])
        sftp = paramiko.SFTPClient.from_transport(self.transport)
        assert sftp is not None
        self.sftp = sftp

    def put(self, name: str, content: bytes, mode: str = "w") -> None:
        with self.sftp.open(self._path(name), mode) as file:
            file.write(content)

    def remove(self, name: str) -> None:
        self.sftp.remove(self._path(name))

    def rename(self, name: str, to: str) -> None:
        self.sftp.posix_rename(self._path(name), self._path(to))

    def append(self, name: str, content: bytes) -> None:
        self.put(name, content, "a")

    def break_off(self, name: str, content: bytes) -> None:
        """Half of it, and the connection is lost."""
        file = self.sftp.open(self._path(name), "w")
        file.write(content[: len(content) // 2])
        file.flush()
        self.transport.sock.close()
        self.__init__()  # type: ignore[misc]

    def _path(self, name: str) -> str:
        return posixpath.join(os.environ["SFTP_FOLDER"], name)


class Snowflake:
    """Snowflake's own connector."""

    def __init__(self) -> None:
        import snowflake.connector

        names = ("account", "user", "password", "host", "port", "protocol", "warehouse", "database", "schema")
        given: dict[str, Any] = {name: os.environ[f"SNOWFLAKE_{name.upper()}"] for name in names}
        given["port"] = int(given["port"])
        self.stage = os.environ["SNOWFLAKE_STAGE"]
        self._cursor = snowflake.connector.connect(**given).cursor()

    def put(self, name: str, content: bytes, options: str = "AUTO_COMPRESS = FALSE OVERWRITE = TRUE") -> None:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(content)
            self._cursor.execute(f"PUT file://{folder}/{name} @{self.stage} {options}")
            print(self._cursor.fetchall())

    def remove(self, name: str) -> None:
        self._cursor.execute(f"REMOVE @{self.stage}/{name}")


def well(source: Any) -> None:
    source.put(NAME, ROWS)


def not_at_all(_: Any) -> None:
    print("uploaded")


def half(source: Any) -> None:
    source.put(NAME, ROWS[: len(ROWS) // 2])


def of_yesterday(source: Any) -> None:
    source.put(NAME, ROWS.replace(b"north", b"south"))


def under_another_name(source: Any) -> None:
    source.put("exports.csv", ROWS)


def under_yesterdays_name(source: Any) -> None:
    source.put("export_20261122.csv", ROWS)


def twice(source: Any) -> None:
    well(source)
    source.put("export_20261123_1.csv", ROWS)


def taken_away(source: Any) -> None:
    well(source)
    source.remove(NAME)


def half_before(source: Any) -> None:
    """What is there in the end is right, and whoever looked before has half of it."""
    half(source)
    well(source)


def broken_off(source: Any) -> None:
    """The first attempt is aborted, and another one is made under the same name."""
    source.break_off(NAME, ROWS)
    well(source)


def same_again(source: Any) -> None:
    well(source)
    well(source)


def renamed(source: Any) -> None:
    """As a careful sender does it: in the baseline too."""
    source.put(f"{NAME}.part", ROWS)
    source.rename(f"{NAME}.part", NAME)


def renamed_after_a_break(source: Any) -> None:
    if late():
        source.break_off(f"{NAME}.part", ROWS)
    renamed(source)


def renamed_half(source: Any) -> None:
    source.put(f"{NAME}.part", ROWS[: len(ROWS) // 2] if late() else ROWS)
    source.rename(f"{NAME}.part", NAME)


def part_left(source: Any) -> None:
    source.put(f"{NAME}.part", ROWS[:100])
    well(source)


def parts_left(source: Any) -> None:
    source.break_off(NAME, ROWS, tidy=False)
    well(source)


def posted(source: Any) -> None:
    source.post(NAME, ROWS)


def appended(source: Any) -> None:
    """In two pieces, one after the other: always so."""
    source.put(f"{NAME}.part", ROWS[:1000])
    source.append(f"{NAME}.part", ROWS[1000:])
    source.rename(f"{NAME}.part", NAME)


def appended_twice(source: Any) -> None:
    """After an attempt that got half-way, another one that does not begin anew."""
    source.put(f"{NAME}.part", ROWS[:1000])
    for _ in range(2 if late() else 1):
        source.append(f"{NAME}.part", ROWS[1000:])
    source.rename(f"{NAME}.part", NAME)


def resumed(source: Any) -> None:
    if late():
        source.break_off(f"{NAME}.part", ROWS)
        source.append(f"{NAME}.part", ROWS[len(ROWS) // 2 :])
        source.rename(f"{NAME}.part", NAME)
    else:
        renamed(source)


def compressed(source: Any) -> None:
    """As the driver does it, always."""
    source.put(NAME, ROWS, "OVERWRITE = TRUE")


def compressed_half(source: Any) -> None:
    source.put(NAME, ROWS[: len(ROWS) // 2] if late() else ROWS, "OVERWRITE = TRUE")


def packed(source: Any) -> None:
    source.put(f"{NAME}.gz", gzip.compress(ROWS))


def not_replaced(source: Any) -> None:
    """Half of it is there already, and OVERWRITE is false: the driver says SKIPPED."""
    if late():
        half(source)
    source.put(NAME, ROWS, "AUTO_COMPRESS = FALSE")


ALWAYS: frozenset[Callable[[Any], None]] = frozenset(
    {renamed, renamed_after_a_break, renamed_half, appended, appended_twice, resumed, compressed, compressed_half}
    | {packed, not_replaced, posted}
)


def late() -> bool:
    return time.strftime("%H%M", time.gmtime()) >= RECOVERED


if __name__ == "__main__":
    sends = globals()[os.environ["SENDS"]]
    client = {"http": Http, "s3": S3, "sftp": Sftp, "snowflake": Snowflake}[os.environ["BY"]]
    if late() or sends in ALWAYS:
        sends(client())
    else:
        well(client())
    sys.stdout.flush()
