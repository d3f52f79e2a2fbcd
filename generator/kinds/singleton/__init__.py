"""Processes that must never run twice."""
