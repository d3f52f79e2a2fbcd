"""Agent of a MySQL group: joins or starts it, and keeps true which pod Kubernetes calls primary.

Runs beside each server of the group, on the Python standard library and PyMySQL.
"""
