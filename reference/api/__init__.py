"""REST API of the reference platform."""
