"""The registry's tables, one file per noun; migrations make them, and a test compares the two."""

from uns.registry.tables.batch import BATCHES as BATCHES
from uns.registry.tables.equipment import EQUIPMENT as EQUIPMENT
from uns.registry.tables.product import PRODUCTS as PRODUCTS
from uns.registry.tables.quarantine import CAUSES as CAUSES
from uns.registry.tables.quarantine import DROPPED as DROPPED
from uns.registry.tables.quarantine import ENTRIES as ENTRIES
from uns.registry.tables.quarantine import MESSAGES as MESSAGES
from uns.registry.tables.recorded import METADATA as METADATA
from uns.registry.tables.recorded import RECORDINGS as RECORDINGS
from uns.registry.tables.recorded import REVISIONS as REVISIONS
from uns.registry.tables.replay import REPLAY_ITEMS as REPLAY_ITEMS
from uns.registry.tables.replay import REPLAYS as REPLAYS
from uns.registry.tables.shift import SHIFT_CHANGES as SHIFT_CHANGES
from uns.registry.tables.shift import SHIFT_EXCEPTIONS as SHIFT_EXCEPTIONS
from uns.registry.tables.shift import SHIFT_PATTERNS as SHIFT_PATTERNS
from uns.registry.tables.submission import CONTENTS as CONTENTS
from uns.registry.tables.submission import IN_FORCE as IN_FORCE
from uns.registry.tables.submission import SCHEMAS as SCHEMAS
from uns.registry.tables.submission import SUBMISSION_FILES as SUBMISSION_FILES
from uns.registry.tables.submission import SUBMISSIONS as SUBMISSIONS
