"""Names: the standard, rule files and lookups; what a raw address is called, and what can be proven of it."""
