"""The spec: what a user writes about the platform."""
