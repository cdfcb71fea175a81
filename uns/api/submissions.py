"""`/submissions`, `/rules/rollback`: the way of a change set into force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from uns.api.fields import Why, rest
from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, tag_of
from uns.api.models import Answer, FindingModel, Page
from uns.api.problem import Refused, wrong
from uns.api.surroundings import Here
from uns.instant import rfc3339
from uns.registry import submissions
from uns.registry.changeset import MAX_FILES, Outcome, Overtaken, files_of, put_back, submit_changes
from uns.schema.words import pointer

router = APIRouter(tags=["governance"])
BODY = 64 * 1024 * 1024


class ChangeSet(Answer):
    """Files by path, `naming_rules/…` and `schemas/…`; null deletes one. Files that are not named stay as they are."""

    files: Annotated[dict[str, str | None], Field(min_length=1, max_length=MAX_FILES)]
    why: Why = None


class Rollback(Answer):
    revision: Annotated[str, Field(min_length=1, max_length=100)]
    why: Why = None


class Submitted(Answer):
    """Of the bundle that is in force now."""

    revision: str
    is_new: bool = Field(description="false where that very bundle was submitted before")
    findings: list[FindingModel] = Field(description="warnings and notes")


class SubmissionShown(Answer):
    revision: str
    submitted_at: str
    submitted_by: str
    why: str | None
    in_force: bool


class SubmissionWhole(SubmissionShown):
    files: list[str]


@router.get("/submissions", response_model=Page[SubmissionShown], summary="What was submitted, the newest first")
async def listed(request: Request, here: Here, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
    page = await here.registry.ask(submissions.listed, cursor, limit)

    def build() -> Page[SubmissionShown]:
        return Page[SubmissionShown](items=[SubmissionShown(**_members(each)) for each in page.items], next=page.next)

    return answer(request, tag_of(page), build)


@router.get("/submissions/{revision}", response_model=SubmissionWhole, summary="One submission and its files")
async def one(request: Request, here: Here, revision: str) -> Response:
    known = await here.registry.ask(submissions.show, revision)
    if known is None:
        raise _unknown(revision)
    submission, documents = known
    files = sorted(files_of(documents))
    return answer(request, tag_of(submission), lambda: SubmissionWhole(**_members(submission), files=files))


@router.post("/submissions", status_code=201, summary="Submit a change set")
async def submit(here: Here, change: ChangeSet) -> Submitted:
    _refuse_where_the_folder_rules(here)
    files = {path: _encoded(path, text) for path, text in change.files.items()}
    try:
        outcome = await here.registry.ask(submit_changes, files, rest(here.clock(), change.why))
    except Overtaken:
        raise Refused(409, "another change set came into force meanwhile; look at it, and submit again") from None
    return _answered(here, outcome)


@router.post("/rules/rollback", summary="Put an earlier revision in force again")
async def rollback(here: Here, body: Rollback) -> Submitted:
    _refuse_where_the_folder_rules(here)
    outcome = await here.registry.ask(put_back, body.revision, rest(here.clock(), body.why))
    if outcome is None:
        raise _unknown(body.revision)
    return _answered(here, outcome)


def _answered(here: Here, outcome: Outcome) -> Submitted:
    if not outcome.is_in_force:
        errors = sum(each.count for each in outcome.findings if each.severity == "error")
        raise Refused(
            422, f"the change set has {errors} error{'s' * (errors > 1)} and is not in force", outcome.findings
        )
    here.registry.changed.set()
    findings = [FindingModel(**each.as_json()) for each in outcome.findings]
    return Submitted(revision=outcome.revision, is_new=outcome.is_new, findings=findings)


def _refuse_where_the_folder_rules(here: Here) -> None:
    if here.settings.rules_source == "directory":
        detail = f"the folder {here.settings.rules} is the truth: change its files, or set `rules_source` to registry"
        raise Refused(409, detail)


def _encoded(path: str, text: str | None) -> bytes | None:
    try:
        path.encode()
        return None if text is None else text.encode()
    except UnicodeEncodeError:
        raise wrong(pointer(["files", path]), f"{path[:200]} is not Unicode text", "send it as UTF-8") from None


def _unknown(revision: str) -> Refused:
    return Refused(404, f"nobody submitted {revision[:100]!r}; GET /api/v1/submissions lists what was")


def _members(each: submissions.Submission) -> dict[str, object]:
    return {
        "revision": each.revision,
        "submitted_at": rfc3339(each.submitted_at),
        "submitted_by": each.submitted_by,
        "why": each.why,
        "in_force": each.in_force,
    }
