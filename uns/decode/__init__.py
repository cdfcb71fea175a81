"""How raw payloads are read: bytes in, samples out, one module per dialect."""

from uns.decode.clock import BY_RECEIPT
from uns.decode.reader import NO_BIRTHS, Births, Reader, reader

__all__ = ["BY_RECEIPT", "NO_BIRTHS", "Births", "Reader", "reader"]
