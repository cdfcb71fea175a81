"""The registry: the only room that knows SQL. What exists and when, what was refused, what is in force."""
