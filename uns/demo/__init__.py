"""A plant to look at: a broker, simulated machines, and a view of what becomes of what they say."""
