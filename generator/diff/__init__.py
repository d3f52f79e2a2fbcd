"""What an upgrade from one chart to another would do."""
