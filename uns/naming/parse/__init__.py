"""Reading the rules folder: nodes with places in, the standard and rule files out, every finding at once."""

from uns.naming.parse.project import Parsed, parse_project

__all__ = ["Parsed", "parse_project"]
