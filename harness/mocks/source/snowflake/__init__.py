"""The source's Snowflake front end: an account with one database, whose two stages hold the night's files.

Both stages have the same files: one hands out presigned URLs, as an account at Google does, the other keys for an S3
bucket, as one at Amazon. Drivers ask the account (`account`, `login`, `running`), which parses what they say
(`tokens`, `statements`), answers it (`answering`, `selecting`, `stages`), and sends them to blob storage (`blobs`).
"""
