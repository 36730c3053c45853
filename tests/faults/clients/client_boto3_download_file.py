"""Download NAME to TARGET with boto3's download_file, and its defaults.

client_boto3_download_file.py NAME TARGET
"""

from __future__ import annotations

import os
import sys

import boto3
from boto3.exceptions import Boto3Error
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
        s3.download_file(place["S3_BUCKET"], name, target)
    except (Boto3Error, BotoCoreError, ClientError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
