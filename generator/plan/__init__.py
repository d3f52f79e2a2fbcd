"""What follows from the spec, in the platform's own terms; knows no YAML and no Helm."""
