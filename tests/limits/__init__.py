"""Legal and illegal values for every value of the chart, from the spec and the tree of values."""
