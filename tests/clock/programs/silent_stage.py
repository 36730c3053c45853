"""A Snowflake account that lets anybody in, and whose stage takes the request for a file and never answers.

It prints its port. A file's address is in this server too, as the presigned URL of a stage at Google.
"""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOGIN = {
    "token": "session",
    "masterToken": "master",
    "sessionId": 1,
    "validityInSeconds": 86_400,
    "masterValidityInSeconds": 86_400,
    "serverVersion": "9",
    "sessionInfo": {},
    "parameters": [{"name": "CLIENT_TELEMETRY_ENABLED", "value": False}],
}


def download(port: int) -> dict[str, object]:
    """What a GET statement is answered with."""
    return {
        "command": "DOWNLOAD",
        "localLocation": "/",
        "src_locations": ["feed.csv"],
        "presignedUrls": [f"http://127.0.0.1:{port}/feed.csv"],
        "encryptionMaterial": [],
        "stageInfo": {"locationType": "GCS", "location": "bucket/stage/", "region": "us-central1", "creds": {}},
    }


class Account(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        data: object = {}
        if "/login-request" in self.path:
            data = LOGIN
        elif "/query-request" in self.path:
            data = self.query_data()
        body = json.dumps({"success": True, "code": None, "message": None, "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def query_data(self) -> dict[str, object]:
        return download(self.server.server_address[1])

    def do_GET(self) -> None:
        threading.Event().wait()

    def log_message(self, *_: object) -> None:
        pass


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Account)
    print(server.server_address[1], flush=True)
    server.serve_forever(poll_interval=None)
