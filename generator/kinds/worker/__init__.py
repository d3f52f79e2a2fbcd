"""Stateless processes without a port."""
