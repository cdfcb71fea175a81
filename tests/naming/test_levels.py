"""Levels: every equipment path has one reading, or a refusal that helps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uns.finding import FilePlace
from uns.naming.levels import Misfit, read_groups, read_path
from uns.naming.standard import Level, Site, Standard

HERE = FilePlace("standard.yaml")
STANDARD = Standard(
    "uns/acme",
    HERE,
    {"dallas": Site("dallas", "America/Chicago", HERE), "berlin": Site("berlin", "UTC", HERE, frozenset({"area"}))},
    (
        Level("area", HERE, values=("packaging", "brewing", "utilities")),
        Level("line", HERE, pattern="line-[0-9]{1,2}", optional=True),
        Level("asset", HERE, pattern="[a-z][a-z0-9-]{1,31}"),
    ),
    {},
    {},
)


@pytest.mark.parametrize(
    ("path", "levels"),
    [
        ("dallas", ""),
        ("dallas/packaging", "area"),
        ("dallas/packaging/line-3", "area line"),
        ("dallas/packaging/line-3/filler-01", "area line asset"),
        ("dallas/utilities/compressor-1", "area asset"),
        ("berlin/line-2/mixer", "line asset"),
        ("berlin/mixer", "asset"),
        ("berlin/line-2", "line"),
        ("dallas/packaging/line-300", "area asset"),
    ],
)
def test_a_path_has_one_reading(path, levels):
    site, *elements = path.split("/")
    read = read_path(STANDARD, site, elements)
    assert not isinstance(read, Misfit)
    assert [level.name for level in read] == levels.split()


@pytest.mark.parametrize(
    ("path", "index", "code", "message", "remedy"),
    [
        ("dallas/pakaging/x", 0, "target-off-standard", "`pakaging` is no area", "did you mean area `packaging`?"),
        ("dallas/zzz", 0, "target-off-standard", "`zzz` is no area", "one of brewing, packaging, utilities"),
        ("dallas/line-3", 0, "target-off-standard", "`line-3` is no area", "one of brewing, packaging, utilities"),
        (
            "dallas/packaging/line-3/F.1", 2, "level-not-allowed",
            "`F.1` does not fit asset `[a-z][a-z0-9-]{1,31}`", None,
        ),
        (
            "dallas/packaging/F.1", 1, "level-not-allowed",
            "`F.1` does not fit line `line-[0-9]{1,2}` and does not fit asset `[a-z][a-z0-9-]{1,31}`", None,
        ),
        ("berlin/mixer/x1", 1, "level-not-allowed", "no level is left below asset for `x1`", "shorten the path"),
        ("dallas/packaging/\ud800", 1, "level-not-allowed", None, None),
    ],
)  # fmt: skip
def test_a_path_that_does_not_fit(path, index, code, message, remedy):
    site, *elements = path.split("/")
    misfit = read_path(STANDARD, site, elements)
    assert isinstance(misfit, Misfit)
    assert (misfit.at, misfit.refusal.code) == (index, code)
    assert message is None or misfit.refusal.message == message
    assert remedy is None or misfit.refusal.remedy == remedy


@pytest.mark.parametrize(
    ("groups", "index"), [((), None), (("drive", "x1"), None), (("a", "b", "c"), 2), (("a", "B"), 1), (("_a",), 0)]
)
def test_groups(groups, index):
    misfit = read_groups(STANDARD, groups)
    assert (misfit and misfit.at) == index


@given(
    st.lists(st.sampled_from(["packaging", "line-1", "f1", "F", ""]), max_size=5), st.sampled_from(["dallas", "berlin"])
)
def test_levels_only_ever_go_down(elements, site):
    read = read_path(STANDARD, site, elements)
    if not isinstance(read, Misfit):
        positions = [STANDARD.levels.index(level) for level in read]
        assert positions == sorted(set(positions))
        assert len(read) == len(elements)
    else:
        assert not isinstance(read_path(STANDARD, site, elements[: read.at]), Misfit)
