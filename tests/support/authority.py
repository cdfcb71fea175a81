"""Certificates that a test makes for itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

EXTENSIONS = "subjectAltName={}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"


class Authority:
    """A certificate authority, and what it signs; all of it files in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.certificate = folder / "ca.crt"
        self._run("req", "-x509", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                  "-keyout", "ca.key", "-out", "ca.crt", "-subj", "/CN=plant authority", "-days", "2",
                  "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip

    def sign(self, name: str, alternative: str) -> tuple[Path, Path]:
        """Certificate and key of one that is reached under this name, `DNS:…` or `IP:…`."""
        (self.folder / f"{name}.ext").write_text(EXTENSIONS.format(alternative), encoding="utf-8")
        self._run("req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                  "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")  # fmt: skip
        self._run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
                  "-out", f"{name}.crt", "-days", "2", "-extfile", f"{name}.ext")  # fmt: skip
        return self.folder / f"{name}.crt", self.folder / f"{name}.key"

    def _run(self, *command: str) -> None:
        subprocess.run(["openssl", *command], cwd=self.folder, check=True, capture_output=True, timeout=30)
