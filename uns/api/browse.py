"""`/namespace`, `/values`: the governed tree as it stands now."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from uns.api.listing import DEFAULT_LIMIT, MAX_LIMIT, Cursor, Limit, answer, part, tag_of
from uns.api.models import NodeAnswer, Page, Value
from uns.api.problem import Refused, malformed, wrong
from uns.api.shown import Budget, node_of, value_of
from uns.api.surroundings import Here, Surroundings
from uns.cursor import cursor_of
from uns.finding import FilePlace, Malformed, found, nearest
from uns.topic import TopicFilter

router = APIRouter(tags=["browse"])
Depth = Annotated[int, Query(ge=0, le=32, description="levels below the node")]
NodeLimit = Annotated[int, Query(ge=1, le=10_000, description="nodes in the answer")]
LARGEST_PART = 4 * 1024 * 1024


@router.get("/namespace", response_model=NodeAnswer, summary="The root of the namespace")
async def whole(
    request: Request, here: Here, depth: Depth = 1, limit: NodeLimit = MAX_LIMIT, cursor: Cursor = None
) -> Response:
    return await node(request, here, here.namespace.root, depth, limit, cursor)


@router.get("/namespace/{path:path}", response_model=NodeAnswer, summary="One node, and what stands below it")
async def node(
    request: Request, here: Here, path: str, depth: Depth = 1, limit: NodeLimit = MAX_LIMIT, cursor: Cursor = None
) -> Response:
    namespace, bundle = here.namespace, here.rules.bundle
    known = namespace.nodes.get(path)
    if not namespace.root:
        raise Refused(503, "no rules are in force, so nobody knows the root of the namespace: GET /readyz says why")
    if known is None and path != namespace.root:
        raise _unknown(path, here)
    tag = tag_of(namespace.changes.epoch, path, known and known.version, here.rules.revision, depth, limit, cursor)

    def build() -> NodeAnswer:
        shown = node_of(path, namespace, bundle, here.clock(), depth, Budget(limit + 1), cursor)
        return NodeAnswer(**dict(shown), revision=here.rules.revision)

    return answer(request, tag, build)


def _unknown(path: str, here: Surroundings) -> Refused:
    parent = path
    while parent and parent not in here.namespace.nodes:
        parent = parent.rpartition("/")[0]
    names = [child.rpartition("/")[2] for child, _ in here.namespace.below(parent)][:1_000]
    missing = path[len(parent) :].strip("/").partition("/")[0][:200]
    near = nearest(missing, names)
    there = f"{parent}/".lstrip("/")
    remedy = f"did you mean {there}{near}?" if near else f"GET /api/v1/namespace/{parent} lists what is there"
    message = f"there is no {missing!r} below {parent[:500]!r}"
    if path.endswith("/"):
        message, remedy = (
            f"{path[-500:]!r} ends with an empty level, which no governed topic has",
            "leave out the last `/`",
        )
    if not parent:
        message = f"a path begins with {here.namespace.root!r}, and not with {missing!r}"
        remedy = f"GET /api/v1/namespace/{here.namespace.root} lists what is there"
    return Refused(404, message, [found("name-unknown", message, remedy, FilePlace("{path}"))])


def topic_filter(text: str | None) -> TopicFilter | None:
    """The `filter` of a request; None takes every topic.

    A `+` that stands in a URL as it is arrives as a blank; no governed level is one, so it is taken as it was meant.
    """
    if text is None:
        return None
    if text.endswith("/"):
        remedy = "in a URL `#` is written %23; what stands behind a bare one is never sent"
        raise wrong(
            "?filter", f"{text[-500:]!r} ends with an empty level, which no governed topic has", remedy, "filter-syntax"
        )
    try:
        return TopicFilter("/".join("+" if level == " " else level for level in text.split("/")))
    except Malformed as error:
        raise malformed("?filter", error) from None


Wanted = Annotated[
    str | None,
    Query(alias="filter", max_length=1_000, description="MQTT topic filter", examples=["acme/+/packaging/#"]),
]


@router.get("/values", response_model=Page[Value], summary="Current values by MQTT topic filter")
async def values(
    request: Request,
    here: Here,
    wanted: Wanted = None,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
) -> Response:
    namespace, taken = here.namespace, topic_filter(wanted)
    topics, following = part(namespace.matching(taken), str, limit, cursor)
    topics, following = _within_bytes(here, topics, following)
    versions = [namespace.entries[each].version for each in topics]
    tag = tag_of(namespace.changes.epoch, topics, versions, following)
    now = here.clock()
    return answer(
        request, tag, lambda: Page[Value](items=[value_of(namespace.entries[t], now) for t in topics], next=following)
    )


def _within_bytes(here: Surroundings, topics: list[str], following: str | None) -> tuple[list[str], str | None]:
    size = 0
    for index, topic in enumerate(topics):
        size += len(here.namespace.entries[topic].payload)
        if size > LARGEST_PART and index > 0:
            return topics[:index], cursor_of(topics[index - 1])
    return topics, following
