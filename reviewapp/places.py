"""Where `reviewapp up` may run: the port, the data folder, and whether it serves there.

Standard library only, for the supervisor.
"""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import os
import signal
import socket
import sys
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

LOCK_FILE = "up.lock"
ASK_SECONDS = 5.0
# linux/prctl.h: the signal a process gets when its parent dies.
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Unusable(RuntimeError):
    """The port or the folder cannot be used; the message says which and what to do."""


def free_port(host: str, port: int) -> int:
    """The port itself when nobody listens on it; for 0 one that is free. Raises Unusable."""
    family = socket.AF_INET6 if is_ipv6(host) else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or "no such port"
            raise Unusable(
                f"Port {port} on {host} cannot be used ({reason}). Choose another with --port."
            ) from error
        return int(probe.getsockname()[1])


def take_folder(folder: Path) -> IO[bytes]:
    """Make the data folder and hold it: an open file, locked until it is closed.

    Raises Unusable when the folder cannot be written or another `up` holds it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK_FILE).open("ab")
    except OSError as error:
        raise Unusable(
            f"The data folder {folder} cannot be written ({error.strerror}). "
            "Choose another with --data."
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise Unusable(
            f"Another 'reviewapp up' is using the data folder {folder}. Stop it first, or choose "
            "another folder with --data."
        ) from error
    return lock


def is_ipv6(host: str) -> bool:
    """Whether a host is an IPv6 address."""
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False


def bind_address(host: str, port: int) -> str:
    """`host:port`, as gunicorn reads it."""
    return f"[{host}]:{port}" if is_ipv6(host) else f"{host}:{port}"


def own_host(host: str) -> str:
    """The address this machine reaches itself by: "every address" is no address."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def url_host(host: str) -> str:
    """The host as it stands in a URL."""
    own = own_host(host)
    return f"[{own}]" if is_ipv6(own) else own


def answers(host: str, port: int, path: str) -> bool:
    """Whether `GET path` answers 200. The Host asked for is that of REVIEWAPP_URL."""
    # http.client would load ssl, which costs more memory than the rest of the supervisor.
    name = urlsplit(os.environ.get("REVIEWAPP_URL", "")).netloc or "localhost"
    request = f"GET {path} HTTP/1.0\r\nHost: {name}\r\n\r\n"
    try:
        with socket.create_connection((own_host(host), port), timeout=ASK_SECONDS) as connection:
            connection.sendall(request.encode("ascii"))
            return b" 200 " in connection.recv(64).split(b"\r\n", 1)[0]
    except OSError:
        return False


def die_with_parent() -> None:
    """Called in a new child: end it when the supervisor dies, even by SIGKILL (Linux only)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
