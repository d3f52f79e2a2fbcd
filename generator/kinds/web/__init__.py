"""Stateless HTTP servers."""
