"""The REST API: one router per noun, reading the broker and the registry."""
