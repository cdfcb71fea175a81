"""Calendar files (iCalendar, RFC 5545): holidays and plant shutdowns as exceptions of a shift calendar.

In the order in which a file goes through: `lines` (its events, each line with its place), `event` with `values` (dates,
durations, rules), `series` with `rule` (when it repeats), `shifts_off` (which shifts that takes off), `importing`.
"""

from uns.registry.ics.importing import Wanted as Wanted
from uns.registry.ics.importing import take_calendar as take_calendar
from uns.registry.ics.series import Horizon as Horizon
from uns.registry.ics.series import OutOfReach as OutOfReach
from uns.registry.ics.series import horizon_of as horizon_of
