"""A stand-in for Grafana that takes its provisioning seriously."""
