"""Context: the batch, shift and product in force on equipment at an event time."""
