"""Every finding code: how grave it is, where it is found and what it means. `docs/findings.md` is made from this."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(NamedTuple):
    severity: Severity
    found_in: str  # "files", "samples" or "files and samples"
    meaning: str


_GRADES: Final = {"E": Severity.ERROR, "S": Severity.ERROR, "W": Severity.WARNING, "N": Severity.NOTE}

_TABLE: Final = """
E  yaml-syntax          the file is not the YAML that rule files may hold
E  yaml-quote           text that YAML reads as something else; it wants quotes
E  key-unknown          a key that this place does not know
E  key-missing          a key that this place needs
E  key-duplicate        a key or an id that stands twice
E  key-conflict         keys that exclude each other
E  key-value            a value that this key cannot take
E  template-parameter   a template's parameter without a value
E  template-unknown     no such template
E  owner-outside        a target outside the equipment that the file owns
E  owner-overlap        equipment that another file owns
E  filter-syntax        not an MQTT topic filter
E  source-overlap       two sources that would take the same message
E  source-loop          a source that listens to governed topics
E  source-shadowed      a source that an earlier one leaves nothing
E  read-unknown         no such dialect or preset
E  site-unknown         no such site in the standard
E  zone-unknown         no such IANA time zone
E  transform-unknown    no such transform
E  lookup-unknown       no such lookup
E  pointer-syntax       not a JSON pointer of a source or a field
E  pointer-unbound      a pointer with a `*` or `{key}` that `each` does not bind
E  pattern-syntax       not a topic or tag pattern
E  capture-duplicate    one name captured twice
E  capture-undefined    a name that nothing captures and no table brings
E  capture-unused       a capture that goes nowhere, so that addresses would collide
E  where-regex          not a pattern of the subset that `where` may use
E  from-outside         a rule that none of the file's sources feeds
E  tag-open             a rule that would put all tags of a source on one topic
E  tag-none             a tag pattern where the source yields no tags
E  rule-shadowed        a rule that earlier rules leave nothing
W  rule-order           a literal rule behind a more general one that takes some of its addresses
ES collision            two raw addresses for one governed topic
W  collision-possible   nobody can prove that two raw addresses never share a governed topic
N  wildcard-merges      addresses that differ where the pattern has a wildcard share a topic
W  level-lookalike      a level that resembles a value of a level that the path skips
E  target-no-contract   a target without a `_contract` level
E  contract-unknown     no such contract in the standard
E  contract-shape       a rule or schema that does not fit the contract's shape
E  contract-changed     a schema that was in force and differs now
N  contract-unverified  nobody could tell whether the schema was in force before
E  field-reserved       a field with a name that belongs to the service
E  target-off-standard  a literal level that the standard does not list
ES level-not-allowed    a level that the standard's pattern refuses
S  level-empty          a level that came out empty
S  topic-illegal        a topic that MQTT or the broker would refuse
ES name-unknown         a name that is not in the dictionary
E  name-conflict        a local name that the standard holds with another meaning
E  local-not-allowed    a local addition where the standard leaves no room
S  transform-failed     a transform that has no result for this text
E  lookup-encoding      a table that is not UTF-8
E  lookup-file          a table that is not there
E  lookup-column        a column that the table lacks
E  lookup-shape         a row of the wrong width, or a table over the limits
E  lookup-duplicate     a key that stands twice
W  lookup-mangled       a cell that a spreadsheet seems to have rewritten
S  lookup-missing       a key that the table does not hold
ES unit-unknown         not a UCUM unit
ES unit-incompatible    a unit that cannot become the dictionary's
W  unit-assumed         nobody states the raw unit, so the dictionary's is assumed
ES states-unknown       a states map that is not there, or a value that it cannot translate
E  schema-file          a schema that is not there
E  schema-invalid       a schema that is not a valid JSON Schema
E  schema-remote        a schema that refers to a URL
E  test-failed          a case whose outcome is not the expected one
N  rule-untested        a rule that no case reaches
S  payload-syntax       a payload that is not what the source reads
S  payload-limit        a payload beyond what is decoded
S  payload-no-reading   a payload in which the source finds no reading
S  payload-schema       a raw payload that its schema refuses
S  tag-missing          a reading without its tag
S  time-missing         a reading without its event time
S  time-implausible     an event time that nobody can believe
S  value-missing        a reading without its value
S  value-type           a value of another type than the dictionary's
S  value-out-of-range   a number outside the dictionary's range
S  value-not-listed     a value that the dictionary does not list
S  value-not-scalar     an object or list where the contract wants one value
S  contract-violated    a governed payload that its contract's schema refuses
S  context-missing      context that the contract requires and the registry does not have
S  context-stale        context that the contract requires, from a registry that has not been heard
SN context-late         a record that came behind readings which it would have concerned
SN batch-ambiguous      several batches run there at once
S  batch-overlap        a batch that would run while another does
S  batch-state          a state that a batch cannot be in
S  batch-unknown        no such batch
S  equipment-unregistered  equipment that the registry does not know
S  rule-none            no rule takes this address
S  source-none          no source takes this message any more
S  publish-refused      the broker refused a governed message for good
S  publish-too-large    a governed message above the broker's maximum packet size
S  service-fault        a message at which this program itself failed
E  file-unreadable      a file or folder that cannot be read
E  file-unknown         a rule file that the setting `files` names, and that is not there
E  file-served-twice    a rule file that two instances serve
E  judgement-failed     rules that this program could not judge, which it ought to
E  equipment-id-taken   an id that another piece of equipment has at that time
W  time-ambiguous       a time that the clocks of its site showed twice
E  row-invalid          a row of a registry file that cannot be taken
E  calendar-syntax      not a calendar file (iCalendar)
E  event-invalid        an event of a calendar file that cannot be taken
E  event-partial        an event that takes a shift off in part
W  event-overruled      an event on a date for which the registry has other times of the shift
N  event-gone           shifts that are off in the registry, and that no event of the calendar file takes off
"""


def _codes() -> dict[str, Code]:
    places = {"S": "samples", "SN": "samples", "ES": "files and samples"}
    rows = (line.split(None, 2) for line in _TABLE.strip().splitlines())
    return {code: Code(_GRADES[grade[-1]], places.get(grade, "files"), meaning) for grade, code, meaning in rows}


CODES: Final = _codes()
