"""What each value means, and where in the spec it comes from."""
