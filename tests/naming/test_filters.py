"""The tree of filters against asking each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from uns.filters import FilterTree, outermost
from uns.topic import TopicFilter

LEVELS = st.sampled_from(["a", "b", "", "+"])
FILTERS = (
    st.tuples(st.lists(LEVELS, min_size=1, max_size=4), st.sampled_from([[], ["#"]]))
    .map(lambda both: "/".join(both[0] + both[1]))
    .filter(bool)
    .map(TopicFilter)
)
TOPICS = st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=1, max_size=5).map("/".join)


@given(st.lists(FILTERS, max_size=8, unique=True), FILTERS, TOPICS)
def test_it_finds_what_takes_a_topic_and_what_holds_a_filter(
    filters: list[TopicFilter], one: TopicFilter, topic: str
) -> None:
    tree = FilterTree((each, each) for each in filters)
    assert sorted(tree.matching(topic)) == sorted(each for each in filters if each.matches(topic))
    assert sorted(tree.containing(one)) == sorted(each for each in filters if each.contains(one))


@given(st.lists(FILTERS, max_size=8))
def test_what_no_other_filter_contains_is_subscribed(filters: list[TopicFilter]) -> None:
    kept = outermost(filters)
    assert set(kept) == {each for each in filters if not any(o != each and o.contains(each) for o in filters)}
    assert len(set(kept)) == len(kept)


def test_the_broker_s_own_tree_is_nobody_s() -> None:
    assert not list(FilterTree([(TopicFilter("#"), 1), (TopicFilter("+/a"), 2)]).matching("$SYS/a"))
