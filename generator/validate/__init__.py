"""Values that a user gives, checked as Helm would check them."""
