"""Processes that run at times and end."""
