"""The trading bot of the reference platform."""
