"""A server under measurement: its process, its port, what it costs. Reads /proc, so Linux only."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far, all threads: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_mb(pid: int) -> float:
    """Resident memory."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def free_port() -> int:
    """A port nobody listens on, and that nobody is given who asks the system for any: those lie above.

    https://docs.kernel.org/networking/ip-sysctl.html (ip_local_port_range)
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener, contextlib.suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


class Server:
    """One process. Between its turns it is frozen, so that it takes nothing from the others.

    Args:
        arguments: behind `python`.
        environment: added to ours, without what would make Python slower or chattier than in production.
        ready: a path that answers 200 once the server works; empty when it prints a line of JSON on standard output.
    """

    def __init__(self, name: str, arguments: list[str], port: int, environment: dict[str, str], log: Path, *, ready: str) -> None:
        self.name = name
        self.port = port
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COVERAGE"))}
        started = time.perf_counter()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                env=inherited | environment,
                stdout=output if ready else subprocess.PIPE,
                stderr=output,
            )
        self.said: dict[str, Any] = {}
        if ready:
            self._wait(ready, log)
        else:
            assert self._process.stdout
            self.said = json.loads(self._process.stdout.readline())
        self.start_seconds = time.perf_counter() - started

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def _wait(self, path: str, log: Path, patience: float = 30.0) -> None:
        until = time.perf_counter() + patience
        while time.perf_counter() < until:
            if self._process.poll() is not None:
                break
            if _status(self.port, path) in (200, 405):
                return
            time.sleep(0.005)
        raise RuntimeError(f"{self.name} did not start:\n{log.read_text()[-2000:]}")

    def freeze(self) -> None:
        """Stops it where it is."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Ends it."""
        self.thaw()
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _status(port: int, path: str) -> int:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return int(connection.recv(64).split()[1])
    except (OSError, IndexError, ValueError):
        return 0
