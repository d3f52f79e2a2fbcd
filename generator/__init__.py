"""From one spec of the platform to its Helm chart."""
