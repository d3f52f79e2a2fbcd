"""Keeps a process from running twice: it runs only in the pod that holds a Lease of Kubernetes."""
