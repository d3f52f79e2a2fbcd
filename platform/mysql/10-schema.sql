-- Tables of the platform. Every statement can be run again. A column may be NULL where rows of an
-- installation that was made without this chart may have none, so that they load.

CREATE TABLE IF NOT EXISTS users (
  id INT AUTO_INCREMENT PRIMARY KEY,
  username VARCHAR(50) NOT NULL UNIQUE,
  email VARCHAR(100) NOT NULL UNIQUE,
  password_hash VARCHAR(255) NOT NULL,
  is_active BOOLEAN DEFAULT TRUE,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS trading_accounts (
  id INT AUTO_INCREMENT PRIMARY KEY,
  user_id INT,
  account_name VARCHAR(100) NOT NULL,
  broker VARCHAR(50) NOT NULL,
  account_number VARCHAR(100),
  balance DECIMAL(15, 2) DEFAULT 0,
  currency VARCHAR(10) DEFAULT 'USD',
  is_active BOOLEAN DEFAULT TRUE,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE TABLE IF NOT EXISTS trading_pairs (
  id INT AUTO_INCREMENT PRIMARY KEY,
  symbol VARCHAR(20) NOT NULL UNIQUE,
  base_currency VARCHAR(10) NOT NULL,
  quote_currency VARCHAR(10) NOT NULL,
  is_active BOOLEAN DEFAULT TRUE,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);

CREATE TABLE IF NOT EXISTS market_data (
  id INT AUTO_INCREMENT PRIMARY KEY,
  symbol VARCHAR(20) NOT NULL,
  timestamp TIMESTAMP NOT NULL,
  open_price DECIMAL(15, 5),
  high_price DECIMAL(15, 5),
  low_price DECIMAL(15, 5),
  close_price DECIMAL(15, 5),
  volume DECIMAL(20, 2),
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  INDEX idx_symbol_timestamp (symbol, timestamp)
);

CREATE TABLE IF NOT EXISTS trading_signals (
  id INT AUTO_INCREMENT PRIMARY KEY,
  symbol VARCHAR(20) NOT NULL,
  signal_type VARCHAR(20) NOT NULL,
  confidence DECIMAL(5, 2),
  price DECIMAL(15, 5),
  timestamp TIMESTAMP NOT NULL,
  model_version VARCHAR(50),
  features JSON,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  INDEX idx_symbol_timestamp (symbol, timestamp)
);

CREATE TABLE IF NOT EXISTS trades (
  id INT AUTO_INCREMENT PRIMARY KEY,
  user_id INT,
  account_id INT,
  symbol VARCHAR(20) NOT NULL,
  trade_type VARCHAR(10) NOT NULL,
  quantity DECIMAL(15, 5) NOT NULL,
  price DECIMAL(15, 5),
  total_amount DECIMAL(15, 2),
  status VARCHAR(20) DEFAULT 'PENDING',
  signal_id INT,
  created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
  executed_at TIMESTAMP NULL,
  FOREIGN KEY (user_id) REFERENCES users (id),
  FOREIGN KEY (account_id) REFERENCES trading_accounts (id),
  FOREIGN KEY (signal_id) REFERENCES trading_signals (id)
);
