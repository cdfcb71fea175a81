"""Alembic migrations of the registry, packaged so that an installed `uns` brings its own."""
