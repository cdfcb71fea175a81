"""Contracts: the JSON Schemas of the project, and what they say of a payload."""
