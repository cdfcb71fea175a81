"""Every command of `docs/rest.md` is run against a real service over the project's own rules, and answers as shown."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "rest.md").read_text("utf-8")
FENCES = re.findall(r"^```(sh|json|text)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
DROPPED = "…"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed; apt install curl")
def test_every_command_answers_as_the_page_shows(service) -> None:
    said = ""
    for language, text in FENCES:
        if language == "sh":
            said = service.said(text)
        elif language == "json":
            answer = json.loads(said.strip().splitlines()[-1])
            assert not differences(json.loads(text), answer), f"{text}\n{json.dumps(answer)}"
        else:
            shown = [re.escape(line).replace(DROPPED, ".*") for line in text.splitlines()]
            assert re.search("^" + "$(?s:.*)^".join(shown) + "$", said.replace("\r", ""), re.MULTILINE), said


def differences(shown: Any, answer: Any, at: str = "") -> list[str]:
    """Where the answer is not what the page shows of it."""
    if shown == DROPPED:
        return []
    if isinstance(shown, dict) and isinstance(answer, dict):
        missing = [f"{at}/{name} is missing" for name in shown.keys() - answer.keys()]
        both = shown.keys() & answer.keys()
        return missing + [each for name in both for each in differences(shown[name], answer[name], f"{at}/{name}")]
    if isinstance(shown, list) and isinstance(answer, list) and len(shown) == len(answer):
        pairs = enumerate(zip(shown, answer, strict=True))
        return [each for index, (one, other) in pairs for each in differences(one, other, f"{at}/{index}")]
    return [] if shown == answer else [f"{at}: {answer!r} instead of {shown!r}"]
