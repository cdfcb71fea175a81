"""Each test of the service has a plant of its own."""

from support.plant_fixtures import client, client_of, folder, registry, service

__all__ = ["client", "client_of", "folder", "registry", "service"]
