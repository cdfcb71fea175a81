"""The service: adapters built once, and the loop that takes each raw message down the straight line."""
