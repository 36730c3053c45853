"""boto3's get_object, with its defaults: ``python client_boto3.py NAME TARGET``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def fetch(name: str, target: Path) -> None:
    """Read the object, and write what came."""
    s3 = boto3.client(
        "s3",
        endpoint_url=os.environ["S3_URL"],
        region_name=os.environ["S3_REGION"],
        aws_access_key_id=os.environ["S3_ACCESS_KEY"],
        aws_secret_access_key=os.environ["S3_SECRET_KEY"],
    )
    target.write_bytes(s3.get_object(Bucket=os.environ["S3_BUCKET"], Key=name)["Body"].read())


if __name__ == "__main__":
    try:
        fetch(sys.argv[1], Path(sys.argv[2]))
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
