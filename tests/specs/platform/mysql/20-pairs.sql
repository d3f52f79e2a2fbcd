INSERT INTO trades (symbol) VALUES ('EUR/USD');
