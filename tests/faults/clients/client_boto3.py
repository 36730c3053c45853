"""Download NAME to TARGET with boto3's get_object and its defaults: ``client_boto3.py NAME TARGET``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def main(name: str, target: str) -> int:
    place = os.environ
    try:
        s3 = boto3.client(
            "s3",
            endpoint_url=place["S3_URL"],
            region_name=place["S3_REGION"],
            aws_access_key_id=place["S3_ACCESS_KEY"],
            aws_secret_access_key=place["S3_SECRET_KEY"],
        )
        Path(target).write_bytes(s3.get_object(Bucket=place["S3_BUCKET"], Key=name)["Body"].read())
    except (BotoCoreError, ClientError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
