"""The registry: the only room that knows SQL."""
