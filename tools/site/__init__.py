"""The pages about the chart: a site that opens from a web server and from a folder."""
