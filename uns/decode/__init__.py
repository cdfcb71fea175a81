"""How raw payloads are read: bytes in, samples out, one module per dialect."""
