"""The spec: what a person writes about the platform."""
