"""Traefik on the cluster under test: its image, its objects, and requests through it."""
