"""Topics that are told in messages, however long they are."""

import pytest

from uns.finding import Malformed
from uns.topic import Topic, TopicFilter


@pytest.mark.parametrize("text", ["a" * 60_000 + "//b", "a/" + "+" * 60_000, "a" * 60_000 + "\x00"])
def test_a_very_long_topic_makes_a_short_message(text: str) -> None:
    with pytest.raises(Malformed) as refused:
        Topic(text)
    assert len(refused.value.message) < 600
    with pytest.raises(Malformed) as refused:
        TopicFilter("#/" + text)
    assert len(refused.value.message) < 600
