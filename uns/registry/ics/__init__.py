"""Calendar files (iCalendar, RFC 5545): holidays and plant shutdowns as exceptions of a shift calendar."""

from uns.registry.ics.importing import Wanted as Wanted
from uns.registry.ics.importing import take_calendar as take_calendar
from uns.registry.ics.series import Horizon as Horizon
