"""The local journal: what the message path must not lose and the registry does not have yet."""
