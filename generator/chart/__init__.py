"""The chart as files: path → text."""
