-- The pairs that are traded from the first day.

INSERT INTO trading_pairs (symbol, base_currency, quote_currency) VALUES
  ('EUR/USD', 'EUR', 'USD'),
  ('GBP/USD', 'GBP', 'USD'),
  ('USD/JPY', 'USD', 'JPY'),
  ('USD/CHF', 'USD', 'CHF'),
  ('AUD/USD', 'AUD', 'USD'),
  ('USD/CAD', 'USD', 'CAD'),
  ('NZD/USD', 'NZD', 'USD'),
  ('EUR/GBP', 'EUR', 'GBP'),
  ('EUR/JPY', 'EUR', 'JPY'),
  ('GBP/JPY', 'GBP', 'JPY'),
  ('XAU/USD', 'XAU', 'USD')
ON DUPLICATE KEY UPDATE symbol = VALUES(symbol);
