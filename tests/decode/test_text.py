"""Plain text: the payload is the value."""

import pytest


@pytest.mark.parametrize(
    ("payload", "value", "quality"),
    [
        ("21.4", "21.4", "good"),
        (" 21,4 \r\n", "21,4", "good"),
        ("\ufeffON", "ON", "good"),
        ("Läuft", "Läuft", "good"),
        ("nan", None, "bad"),
        ("-Infinity", None, "bad"),
        ("null", None, "bad"),
    ],
)
def test_the_payload_is_the_value(samples, payload, value, quality):
    (sample,) = samples(payload, read="text")
    assert (sample.value, sample.quality, sample.tag, sample.clock) == (value, quality, None, "received")
    assert sample.reading.whole
    assert sample.findings == ()


@pytest.mark.parametrize(
    ("payload", "code"),
    [(b"K\xfchler", "payload-syntax"), (b"x" * 70_000, "payload-limit"), (b" \n", "payload-no-reading")],
)
def test_what_is_no_text_is_one_undecoded_sample(samples, payload, code):
    (sample,) = samples(payload, read="text")
    assert (sample.undecoded, sample.findings[0].code) == (True, code)


def test_blank_text_can_be_ignored(samples):
    assert samples("  ", read="text", empty="ignore") == []
