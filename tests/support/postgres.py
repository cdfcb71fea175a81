"""A PostgreSQL of our own on a free port, where Debian's packages are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from uns.demo.mosquitto import free_port


def binaries() -> Path | None:
    """The newest installed server's folder, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    return found[-1].parent if found else None


class Postgres:
    """A server with an empty database, in a folder that is its own."""

    def __init__(self, folder: Path, bin_folder: Path) -> None:
        self.folder, self.bin_folder, self.data = folder, bin_folder, folder / "data"
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(folder, "postgres")
        port = free_port()
        self.url = f"postgresql://uns@127.0.0.1:{port}/postgres"
        self.options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        self._run("initdb", "-A", "trust", "-U", "uns", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        self._run("pg_ctl", "-o", self.options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        """As in a crash: nothing is brought to an end, and the next start recovers from its log."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self.as_user, str(self.bin_folder / program), "-D", str(self.data), *arguments]
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, timeout=60)


@contextmanager
def server() -> Iterator[Postgres]:
    """It runs; the server and its folder are gone afterwards."""
    folder, bin_folder = Path(tempfile.mkdtemp(prefix="uns-postgres-")), binaries()
    assert bin_folder is not None
    try:
        one = Postgres(folder, bin_folder)
        try:
            one.start()
            yield one
        finally:
            one.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database."""
    with server() as one:
        yield one.url
