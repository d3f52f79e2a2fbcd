"""Values that a person gives, checked as Helm would check them."""
