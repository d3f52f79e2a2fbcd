"""The values of the chart: each with its default, its meaning and its bounds, said once."""
