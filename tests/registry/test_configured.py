"""One way to the registry that the settings name, password and all."""

from pathlib import Path

import pytest

from uns.registry.configured import engine_of
from uns.registry.engine import RegistryAway
from uns.settings import Settings

POSTGRES = "postgresql://uns@127.0.0.1:1/plant"


def test_the_password_is_read_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pä ss/@:\r\n", encoding="utf-8")
    engine = engine_of(Settings(registry=POSTGRES, registry_password_file=tmp_path / "secret"))
    assert engine.url.password == "pä ss/@:"
    assert "ss" not in str(engine.url)


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_password_that_cannot_be_read_names_its_file(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(RegistryAway, match="secret"):
        engine_of(Settings(registry=POSTGRES, registry_password_file=file))
