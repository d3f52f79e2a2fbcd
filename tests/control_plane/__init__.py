"""What the API server, the scheduler and the controllers do with the chart's objects.

The programs are Kubernetes' own, run by tools/control_plane; nodes and pods are kwok's, which says
of every pod that it is ready, and of every Job that it is done. Nothing runs in a container: what
needs that is in tests/cluster.
"""
