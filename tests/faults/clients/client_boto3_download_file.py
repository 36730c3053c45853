"""boto3's download_file, with its defaults: ``python client_boto3_download_file.py NAME TARGET``."""

from __future__ import annotations

import os
import sys

import boto3
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError


def fetch(name: str, target: str) -> None:
    """Download the object, in ranges when it is large."""
    s3 = boto3.client(
        "s3",
        endpoint_url=os.environ["S3_URL"],
        region_name=os.environ["S3_REGION"],
        aws_access_key_id=os.environ["S3_ACCESS_KEY"],
        aws_secret_access_key=os.environ["S3_SECRET_KEY"],
    )
    s3.download_file(os.environ["S3_BUCKET"], name, target)


if __name__ == "__main__":
    try:
        fetch(sys.argv[1], sys.argv[2])
    except (Boto3Error, BotoCoreError, ClientError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
