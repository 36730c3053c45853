"""What a chain's budget of requests allows where the chain says nothing else."""

from __future__ import annotations

from typing import Literal

TIMES_THE_BASELINES = 10
AT_LEAST_A_MINUTE = 30
"""Requests a minute: so many times those of the baseline's busiest minute, and at least so many."""

REFUSED_CREDENTIALS = 5
"""In a row: accounts are locked after not many more."""

ATTEMPTS_WITHOUT_PAUSE = 10
"""So many a client makes that doubles its pause from 10 ms, before three of them take two seconds; boto3 and the
Snowflake connector, which draw theirs, make six to eight."""

Neighbour = Literal["source", "s3", "sftp", "snowflake", "consumers"]
"""Who has a budget: each endpoint that is reached through the wire, those of all kinds of consumers as one."""
