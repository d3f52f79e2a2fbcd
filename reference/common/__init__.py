"""What the API and the trading bot share: settings, MySQL, Redis, log files."""
