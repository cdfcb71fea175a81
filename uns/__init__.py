"""The contextualizer for the Unified Namespace."""

__version__ = "0.1.0"
