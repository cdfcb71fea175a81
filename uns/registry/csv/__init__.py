"""The registry as spreadsheets: what `uns registry import` takes, and `export` gives back."""

from uns.registry.csv.exporting import export as export
from uns.registry.csv.exporting import listed as listed
from uns.registry.csv.importing import Imported as Imported
from uns.registry.csv.importing import take as take
from uns.registry.csv.kinds import KINDS as KINDS
