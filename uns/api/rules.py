"""`/rules`, `/contracts`: what is in force, as files."""

from __future__ import annotations

import json
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from uns.api.listing import DEFAULT_LIMIT, Cursor, Limit, answer, part, tag_of
from uns.api.models import Answer, FindingModel, Page
from uns.api.problem import Refused
from uns.api.surroundings import Here, in_force
from uns.bundle import Bundle
from uns.finding import FilePlace, found, gravest, nearest
from uns.naming.standard import Contract
from uns.registry.changeset import RULES, SCHEMAS, files_of

router = APIRouter(tags=["rules"])


class File(Answer):
    """A file in force, named as a change set names it."""

    file: str
    kind: Literal["standard", "rules", "lookup", "schema"]
    bytes: int
    steward: str | None = None
    owns: list[str] = Field(default_factory=list)


class Files(Page[File]):
    revision: str
    source: Literal["directory", "registry"] = Field(description="where rules are the truth")
    findings: list[FindingModel] = Field(description="of the newest files; with errors, earlier ones are in force")


class FileText(File):
    revision: str
    text: str


class ContractShown(Answer):
    name: str
    version: int
    current: bool = Field(description="whether the standard in force publishes under this version")
    shape: str
    retain: bool
    require: list[str]
    file: str
    json_schema: Any = Field(alias="schema")
    revision: str


@router.get("/rules", response_model=Files, summary="The files in force")
async def listed(request: Request, here: Here, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
    bundle, findings = in_force(here), here.rules.findings
    known = files_of(bundle.documents)
    files, following = part(sorted(known), str, limit, cursor)
    shown = [FindingModel(**each.as_json()) for each in gravest(findings, 1_000)]
    tag = tag_of(bundle.revision, [str(each) for each in findings], files, following)
    source = here.settings.rules_source

    def build() -> Files:
        items = [_file(each, known[each], bundle) for each in files]
        return Files(items=items, next=following, revision=bundle.revision, source=source, findings=shown)

    return answer(request, tag, build)


@router.get("/rules/{file:path}", response_model=FileText, summary="One file in force")
async def one(request: Request, here: Here, file: str) -> Response:
    bundle = in_force(here)
    known = files_of(bundle.documents)
    path = file if file in known else f"{RULES}/{file}"
    content = known.get(path)
    if content is None:
        raise _unknown("file", file, list(known), "file in force", "GET /api/v1/rules")
    described = dict(_file(path, content, bundle))
    return answer(
        request,
        tag_of(bundle.revision, path),
        lambda: FileText(**described, revision=bundle.revision, text=content.decode("utf-8-sig", "replace")),
    )


@router.get("/contracts", response_model=Page[ContractShown], summary="The contracts of the standard in force")
async def contracts(request: Request, here: Here, limit: Limit = DEFAULT_LIMIT, cursor: Cursor = None) -> Response:
    bundle = in_force(here)
    names, following = part(sorted(bundle.standard.contracts), str, limit, cursor)
    found_ones = [bundle.standard.contracts[name] for name in names]
    return answer(
        request,
        tag_of(bundle.revision, names, following),
        lambda: Page[ContractShown](
            items=[_contract(each, each.version, bundle) for each in found_ones], next=following
        ),
    )


@router.get("/contracts/{name}/{version}", response_model=ContractShown, summary="One version of a contract")
async def contract(request: Request, here: Here, name: str, version: int) -> Response:
    bundle = in_force(here)
    known = bundle.standard.contracts.get(name)
    if known is None:
        raise _unknown("name", name, list(bundle.standard.contracts), "contract", "GET /api/v1/contracts")
    if _schema_of(known, version) not in bundle.documents.schemas:
        raise Refused(404, f"contract {name} has no version {version}; {known.version} is in force")
    return answer(request, tag_of(bundle.revision, name, version), lambda: _contract(known, version, bundle))


def _file(path: str, content: bytes, bundle: Bundle) -> File:
    below = path.partition("/")[2]
    owner = next((each for each in bundle.files if below == f"{each.stem}.yaml"), None)
    kind: Literal["standard", "rules", "lookup", "schema"] = "rules"
    if path.startswith(f"{SCHEMAS}/"):
        kind = "schema"
    elif below == "standard.yaml":
        kind = "standard"
    elif not below.endswith(".yaml"):
        kind = "lookup"
    return File(
        file=path,
        kind=kind,
        bytes=len(content),
        steward=owner.steward if owner else None,
        owns=[str(each) for each in owner.owns] if owner else [],
    )


def _schema_of(contract: Contract, version: int) -> str:
    return contract.schema if version == contract.version else f"{contract.schema.rpartition('/')[0]}/{version}.json"


def _contract(contract: Contract, version: int, bundle: Bundle) -> ContractShown:
    path = _schema_of(contract, version)
    return ContractShown(
        name=contract.name,
        version=version,
        current=version == contract.version,
        shape=contract.shape,
        retain=contract.retain,
        require=list(contract.require),
        file=f"{SCHEMAS}/{path}",
        json_schema=json.loads(bundle.documents.schemas[path]),
        revision=bundle.revision,
    )


def _unknown(parameter: str, name: str, known: list[str], noun: str, listing: str) -> Refused:
    near = nearest(name[:200], known)
    message = f"there is no {noun} {name[:200]!r}"
    remedy = f"did you mean {near}?" if near else f"{listing} lists them"
    return Refused(404, message, [found("name-unknown", message, remedy, FilePlace(f"{{{parameter}}}"))])
