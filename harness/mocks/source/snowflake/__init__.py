"""The source's Snowflake front end: an account with one database, whose two stages hold the night's files.

Both stages have the same files: one hands out presigned URLs, as an account at Google does, the other keys for an S3
bucket, as one at Amazon. Drivers ask the account (`account`, `access`, `queries`), which parses what they say
(`sql_lexer`, `statements`) and carries it out (`execution`, `reading`, `writing`, `selecting`, `session_statements`).
What they are to fetch or send goes through blob storage (`blob_storage`, `stages`, `signing`).
"""

from harness.contract.protocols import Protocol

VIA: Protocol = "snowflake"
"""What events and orders call this front end."""
