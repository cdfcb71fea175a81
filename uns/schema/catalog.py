"""The catalog: every schema of the project, compiled, or told what is wrong with it."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Final

import jsonschema_rs

from uns.finding import FilePlace, Finding, found, nearest
from uns.schema.address import encoded
from uns.schema.document import MAX_FINDINGS, Document, read
from uns.schema.drafts import compile_schema, draft, faults, unbearable
from uns.schema.endless import endless
from uns.schema.indifferent import indifferent
from uns.schema.reference import Places, Reference, at, references
from uns.schema.shape import misfits
from uns.schema.validator import Validator

BASE: Final = "https://schemas.invalid/"
"""What the compiler takes for the schemas folder; no such host can exist."""

Wanted = tuple[str, FilePlace, str | None]
"""A schema's path below the schemas folder, the place that names it, and the shape of a contract that it is for."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """The sound schemas by their path below the schemas folder."""

    validators: Mapping[str, Validator] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)

    def __contains__(self, path: object) -> bool:
        return path in self.validators

    def validator(self, path: str) -> Validator:
        return self.validators[path]

    def fingerprint(self, path: str) -> str:
        """A hash of what the schema says, and of all that it refers to; layout does not count."""
        return self.fingerprints[path]

    @classmethod
    def build(
        cls, schemas: Mapping[str, bytes], schemas_at: str, wanted: Iterable[Wanted]
    ) -> tuple[Catalog, list[Finding]]:
        """All files are judged, wanted or not; a catalog with findings among these is not to take effect."""
        documents, findings = _read(schemas, schemas_at)
        sound, referring, more = _linked(documents, frozenset(schemas) - documents.keys())
        validators, unfit = _compiled(sound, referring)
        prints = {path: _fingerprint(path, sound, referring) for path in validators}
        findings += [*more, *unfit]
        catalog = cls(validators, prints, {path: documents[path] for path in validators})
        for path, place, shape in wanted:
            findings += _unmet(catalog, schemas, path, place, shape)
        return catalog, findings


def _read(schemas: Mapping[str, bytes], schemas_at: str) -> tuple[dict[str, Document], list[Finding]]:
    """The documents that are schemas by themselves, before anything that they refer to."""
    documents, findings = dict[str, Document](), list[Finding]()
    for path in sorted(schemas):
        document = read(path, f"{schemas_at}/{path}", schemas[path])
        faulty = [document] if isinstance(document, Finding) else list(_faults(document))
        findings += faulty
        if isinstance(document, Document) and not faulty:
            documents[path] = document
    return documents, findings


def _faults(document: Document) -> Iterator[Finding]:
    name = draft(document)
    if isinstance(name, Finding):
        yield name
        return
    faulty = list(faults(document, name))
    yield from faulty or islice(unbearable(document), MAX_FINDINGS)


def _linked(
    documents: Mapping[str, Document], broken: frozenset[str]
) -> tuple[dict[str, Document], dict[str, list[Reference]], list[Finding]]:
    """The documents whose references all lead to sound ones, and those references by file."""
    known = {path: Places.of(document.content) for path, document in documents.items()}
    referring, findings = dict[str, list[Reference]](), list[Finding]()
    for path, document in documents.items():
        referring[path], faulty = references(document, known[path], known, broken)
        findings += faulty
        broken |= {path} if faulty else frozenset()
    for each in islice(endless(known, [each for every in referring.values() for each in every]), MAX_FINDINGS):
        document = documents[each.origin.file]
        message = f"`{each.keyword}` leads back to itself with the same value, or to more than a message can wait for"
        where = document.place((*each.origin.path, each.keyword))
        findings.append(found("schema-invalid", message, "let it refer to a part of the value", where))
        broken |= {document.path}
    sound = {path: document for path, document in documents.items() if not _reach(path, referring) & broken}
    return sound, referring, findings


def _reach(path: str, referring: Mapping[str, Sequence[Reference]]) -> frozenset[str]:
    """The file itself and all that it refers to, however far."""
    reached, waiting = {path}, [path]
    while waiting:
        targets = {each.target.file for each in referring.get(waiting.pop(), ())} - reached
        reached |= targets
        waiting += targets
    return frozenset(reached)


def _compiled(
    documents: Mapping[str, Document], referring: Mapping[str, Sequence[Reference]]
) -> tuple[dict[str, Validator], list[Finding]]:
    contents = {path: _absolute(document, referring[path]) for path, document in documents.items()}
    registry = jsonschema_rs.Registry([(_address(path), content) for path, content in contents.items()])
    known = {path: Places.of(document.content) for path, document in documents.items()}
    validators, findings = dict[str, Validator](), list[Finding]()
    for path, content in contents.items():
        try:
            compiled = compile_schema(content, _address(path), registry)
            validators[path] = replace(compiled, indifferent=indifferent(path, known, referring))
        except jsonschema_rs.ValidationError as error:
            where = documents[path].place(tuple(error.instance_path))
            findings.append(found("schema-invalid", error.message[:300], "correct it", where))
    return validators, findings


def _absolute(document: Document, referring: Sequence[Reference]) -> Any:
    """The document as it is compiled: its draft and address are the project's word, its references absolute."""
    content = copy.deepcopy(document.content)
    for each in referring:
        at(content, each.origin.path)[each.keyword] = f"{_address(each.target.file)}#{each.fragment}"
    if not isinstance(content, dict):
        return content
    return {"$schema": draft(document)} | {key: content[key] for key in content if key not in ("$schema", "$id")}


def _address(path: str) -> str:
    return BASE + encoded(path)


def _fingerprint(path: str, documents: Mapping[str, Document], referring: Mapping[str, Sequence[Reference]]) -> str:
    said = {each: documents[each].content for each in _reach(path, referring)}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _unmet(
    catalog: Catalog, schemas: Mapping[str, bytes], path: str, place: FilePlace, shape: str | None
) -> Iterator[Finding]:
    if path not in schemas:
        near = nearest(path, schemas)
        remedy = f"did you mean {near!r}?" if near else "add the file"
        yield found("schema-file", f"there is no schema {path!r}", remedy, place)
    elif shape == "value" and path in catalog:
        yield from misfits(catalog.documents[path], catalog.validator(path))
