"""Backups of MySQL servers: Jobs, and the scripts that they run."""
