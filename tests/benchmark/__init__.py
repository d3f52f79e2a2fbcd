"""How fast the chart is built and rendered, and how large it is."""
