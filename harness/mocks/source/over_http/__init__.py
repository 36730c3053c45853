"""Serving a file over HTTP, as the front ends HTTP, S3 and Snowflake all do: conditions, ranges, retrievals, bytes."""
