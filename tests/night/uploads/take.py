"""A job that fetches a file over SFTP and puts it aside there, so that the next night does not fetch it again."""

import os
import posixpath
import sys
import time
from pathlib import Path

import paramiko

transport = paramiko.Transport((os.environ["SFTP_HOST"], int(os.environ["SFTP_PORT"])))
transport.connect(username=os.environ["SFTP_USER"], password=os.environ["SFTP_PASSWORD"])
sftp = paramiko.SFTPClient.from_transport(transport)
assert sftp is not None
path = posixpath.join(os.environ["SFTP_FOLDER"], os.environ["NAME"])
there = Path(os.environ["OUT"]) / os.environ["NAME"]
sftp.get(path, f"{there}.part")
Path(f"{there}.part").rename(there)
if sys.argv[1] == "forgets" and time.strftime("%H%M", time.gmtime()) >= "0105":
    sys.exit()
if sys.argv[2] == "removes":
    sftp.remove(path)
else:
    sftp.mkdir("/done")
    sftp.rename(path, posixpath.join("/done", os.environ["NAME"]))
