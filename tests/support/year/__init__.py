"""A plant that runs for as long as wanted, what its systems say about it, and what ought to be believed of that."""
