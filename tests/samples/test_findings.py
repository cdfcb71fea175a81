"""Every message of the table gets exactly its findings, from the line, the publisher or the broker."""

from __future__ import annotations

import pytest
from support.samples import Case, cases, findings_of, plant

BUNDLE = plant()


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.title)
def test_a_message_gets_all_of_its_findings(case: Case) -> None:
    assert "\n".join(map(str, findings_of(case, BUNDLE))) == case.findings
    assert case.findings
