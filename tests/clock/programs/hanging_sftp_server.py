"""An SSH server that lets anybody in, and freezes a second after it was asked for SFTP. It prints its port."""

from __future__ import annotations

import os
import signal
import socket
import threading

import paramiko


class Server(paramiko.ServerInterface):
    def check_auth_none(self, username: str) -> int:
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        threading.Timer(1, os.kill, (os.getpid(), signal.SIGSTOP)).start()
        return True


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
transport = paramiko.Transport(listener.accept()[0])
transport.add_server_key(paramiko.ECDSAKey.generate())
transport.start_server(server=Server())
transport.join()
