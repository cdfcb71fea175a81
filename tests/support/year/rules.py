"""The plant's standard and rule files, as their engineers write them."""

from __future__ import annotations

from typing import Final

import orjson

from uns.bundle import Bundle, Documents
from uns.judge import judge

ZONES: Final = {"dallas": "America/Chicago", "berlin": "Europe/Berlin", "pune": "Asia/Kolkata"}
AREAS: Final = {"dallas": "packaging/", "berlin": "", "pune": "packaging/"}
"""What stands between site and line."""

STANDARD: Final = """
enterprise: acme
sites:
  dallas: {zone: America/Chicago}
  berlin: {zone: Europe/Berlin, without: [area]}
  pune: {zone: Asia/Kolkata}
levels:
  - {name: area, role: area, values: [packaging]}
  - {name: line, role: work_center, pattern: 'line-[0-9]{1,2}', optional: true}
  - {name: cell, role: work_center, pattern: 'cell-[0-9]{1,2}', optional: true, parallel: true}
  - {name: asset, role: work_unit, pattern: '[a-z][a-z0-9-]{1,31}'}
names:
  temperature: {type: number, unit: Cel}
  speed: {type: number, unit: 1/min}
  level: {type: number, unit: mm}
  torque: {type: number, unit: N.m}
  printed: {type: number, unit: '1'}
contracts:
  telemetry: {schema: telemetry/1.json, shape: value}
"""

RULES: Final = """
site: SITE
steward: ot@acme.example
sources:
  - {topic: plc/SITE/#, value: /v, time: /t}
  - {topic: wall/SITE/#, value: /v, time: {at: /t, as: '%d.%m.%Y %H:%M:%S'}}
  - {topic: printer/SITE/#, value: /v, time: /t}
  - {topic: gateway/SITE/+, each: '/*', tag: ./tag, value: ./v, time: ./t}
  - {topic: cell/SITE, each: '/*', tag: [./kind, ./unit], value: ./v, time: ./t}
  - {topic: mes/SITE, tag: [/event, /unit], time: /at}
  - {topic: erp/SITE/orders, each: '/*', tag: ./unit}
  - {topic: erp/SITE/products, time: /at}
rules:
  - {id: plc, from: 'plc/SITE/{line}/{asset}', to: 'AREA{line}/{asset}/_telemetry/temperature', unit: Cel}
  - {id: wall, from: 'wall/SITE/{line}', to: 'AREA{line}/_telemetry/speed', unit: 1/min}
  - {id: printer, from: 'printer/SITE/{line}', to: 'AREA{line}/printer/_telemetry/printed', unit: '1', batch: /order}
  - {id: stored, from: 'gateway/SITE/{line}', tag: '{asset}', to: 'AREA{line}/{asset}/_telemetry/level', unit: mm}
  - {id: torque, from: cell/SITE, tag: 'torque/{line}', to: 'AREA{line}/_telemetry/torque', unit: N.m}
  - {id: cell-start, from: cell/SITE, tag: 'START/{line}', record: batch-start, to: 'AREA{line}',
     fields: {id: ./id, product: ./product, order: ./order}}
  - {id: cell-stop, from: cell/SITE, tag: 'STOP/{line}', record: batch-stop, to: 'AREA{line}', fields: {id: ./id}}
  - {id: start, from: mes/SITE, tag: 'START/{line}', record: batch-start, to: 'AREA{line}',
     fields: {id: /id, product: /product, order: /order}}
  - {id: stop, from: mes/SITE, tag: 'STOP/{line}', record: batch-stop, to: 'AREA{line}', fields: {id: /id}}
  - {id: change, from: mes/SITE, tag: 'CHANGE/{line}', record: batch-change, to: 'AREA{line}',
     fields: {id: /id, product: /product, order: /order}}
  - {id: start-asset, from: mes/SITE, tag: 'START/{line}/{asset}', record: batch-start, to: 'AREA{line}/{asset}',
     fields: {id: /id, product: /product, order: /order}}
  - {id: stop-asset, from: mes/SITE, tag: 'STOP/{line}/{asset}', record: batch-stop, to: 'AREA{line}/{asset}',
     fields: {id: /id}}
  - {id: crew-area, from: mes/SITE, tag: CREW/packaging, record: shift-change, to: packaging, fields: {crew: /crew}}
  - {id: crew, from: mes/SITE, tag: 'CREW/{line}', record: shift-change, to: 'AREA{line}', fields: {crew: /crew}}
  - {id: orders, from: erp/SITE/orders, tag: '{line}', record: batch, to: 'AREA{line}',
     fields: {id: ./id, product: ./product, order: ./order, start: ./start, stop: ./stop}}
  - {id: products, from: erp/SITE/products, record: product, fields: {id: /id, name: /name}}
"""
SCHEMA: Final = {"type": "object", "required": ["timestamp", "value", "quality"]}


def bundle() -> Bundle:
    """AssertionError with every finding where nobody may put these files in force."""
    files = {"standard.yaml": STANDARD}
    files |= {f"{site}.yaml": RULES.replace("SITE", site).replace("AREA", area) for site, area in AREAS.items()}
    documents = Documents(
        {path: text.encode() for path, text in files.items()}, {"telemetry/1.json": orjson.dumps(SCHEMA)}
    )
    judgement = judge(documents, 1_763_600_000_000_000_000)
    assert judgement.bundle is not None, "\n".join(map(str, judgement.findings))
    return judgement.bundle
