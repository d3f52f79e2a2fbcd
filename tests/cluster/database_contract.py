"""What the first start of MySQL is to make: tables, rows, and the rights of each account."""

from __future__ import annotations

ID = "int auto_increment not null"
CREATED = "timestamp default CURRENT_TIMESTAMP"
UPDATED = f"{CREATED} on update CURRENT_TIMESTAMP"
TABLES = {
    "users": {
        "id": ID,
        "username": "varchar(50) not null",
        "email": "varchar(100) not null",
        "password_hash": "varchar(255) not null",
        "is_active": "tinyint(1) default 1",
        "created_at": CREATED,
        "updated_at": UPDATED,
    },
    "trading_accounts": {
        "id": ID,
        "user_id": "int",
        "account_name": "varchar(100) not null",
        "broker": "varchar(50) not null",
        "account_number": "varchar(100)",
        "balance": "decimal(15,2) default 0.00",
        "currency": "varchar(10) default USD",
        "is_active": "tinyint(1) default 1",
        "created_at": CREATED,
        "updated_at": UPDATED,
    },
    "trading_pairs": {
        "id": ID,
        "symbol": "varchar(20) not null",
        "base_currency": "varchar(10) not null",
        "quote_currency": "varchar(10) not null",
        "is_active": "tinyint(1) default 1",
        "created_at": CREATED,
    },
    "market_data": {
        "id": ID,
        "symbol": "varchar(20) not null",
        "timestamp": "timestamp not null",
        "open_price": "decimal(15,5)",
        "high_price": "decimal(15,5)",
        "low_price": "decimal(15,5)",
        "close_price": "decimal(15,5)",
        "volume": "decimal(20,2)",
        "created_at": CREATED,
    },
    "trading_signals": {
        "id": ID,
        "symbol": "varchar(20) not null",
        "signal_type": "varchar(20) not null",
        "confidence": "decimal(5,2)",
        "price": "decimal(15,5)",
        "timestamp": "timestamp not null",
        "model_version": "varchar(50)",
        "features": "json",
        "created_at": CREATED,
    },
    "trades": {
        "id": ID,
        "user_id": "int",
        "account_id": "int",
        "symbol": "varchar(20) not null",
        "trade_type": "varchar(10) not null",
        "quantity": "decimal(15,5) not null",
        "price": "decimal(15,5)",
        "total_amount": "decimal(15,2)",
        "status": "varchar(20) default PENDING",
        "signal_id": "int",
        "created_at": CREATED,
        "executed_at": "timestamp",
    },
}
UNIQUE = {
    *((table, "id") for table in TABLES),
    ("users", "username"),
    ("users", "email"),
    ("trading_pairs", "symbol"),
}
REFERENCES = {
    ("trading_accounts", "user_id", "users", "id"),
    ("trades", "user_id", "users", "id"),
    ("trades", "account_id", "trading_accounts", "id"),
    ("trades", "signal_id", "trading_signals", "id"),
}
INDEXES = {
    ("market_data", "symbol,timestamp"),
    ("trading_signals", "symbol,timestamp"),
    # InnoDB indexes what references another table.
    *((table, column) for table, column, _, _ in REFERENCES),
}
PAIRS = [
    *("EUR/USD", "GBP/USD", "USD/JPY", "USD/CHF", "AUD/USD", "USD/CAD", "NZD/USD"),
    *("EUR/GBP", "EUR/JPY", "GBP/JPY", "XAU/USD"),
]

# The properties of a database that are compared, each as SQL.
PICTURE = {
    "columns": """
        SELECT table_name, column_name, CONCAT_WS(' ',
            column_type,
            CONCAT('default ', column_default),
            NULLIF(TRIM(REPLACE(extra, 'DEFAULT_GENERATED', '')), ''),
            IF(is_nullable = 'NO', 'not null', NULL))
        FROM information_schema.columns WHERE table_schema = DATABASE()
        ORDER BY table_name, ordinal_position""",
    "indexes": """
        SELECT table_name, GROUP_CONCAT(column_name ORDER BY seq_in_index), non_unique
        FROM information_schema.statistics WHERE table_schema = DATABASE()
        GROUP BY table_name, index_name, non_unique ORDER BY table_name, index_name""",
    "references": """
        SELECT table_name, column_name, referenced_table_name, referenced_column_name
        FROM information_schema.key_column_usage
        WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL
        ORDER BY table_name, column_name""",
    "pairs": """
        SELECT symbol, base_currency, quote_currency, is_active FROM trading_pairs ORDER BY id""",
    "users": "SELECT username FROM users",
    "accounts": "SELECT user FROM mysql.user WHERE user NOT LIKE 'mysql.%' GROUP BY user",
    "rights": """
        SELECT grantee, table_schema, '', '', privilege_type
            FROM information_schema.schema_privileges UNION ALL
        SELECT grantee, table_schema, table_name, '', privilege_type
            FROM information_schema.table_privileges UNION ALL
        SELECT grantee, table_schema, table_name, column_name, privilege_type
            FROM information_schema.column_privileges
        ORDER BY 1, 2, 3, 4, 5""",
}
Picture = dict[str, list[list[str]]]

# What applications do, in this order, and what they may not.
APPLICATION_MAY = [
    "INSERT INTO users (username, email, password_hash) VALUES ('u', 'u@example.org', 'hash')",
    "INSERT INTO trading_accounts (user_id, account_name, broker, account_number)"
    " SELECT id, 'demo', 'broker', '1' FROM users",
    "INSERT INTO trading_signals (symbol, signal_type, timestamp, features)"
    " VALUES ('EUR/USD', 'BUY', NOW(), JSON_OBJECT('rsi', 30))",
    "INSERT INTO market_data"
    " (symbol, timestamp, open_price, high_price, low_price, close_price)"
    " VALUES ('EUR/USD', NOW(), 1.1, 1.2, 1.0, 1.15)",
    "INSERT INTO trades (user_id, account_id, symbol, trade_type, quantity, price, total_amount)"
    " SELECT user_id, id, 'EUR/USD', 'BUY', 1, 1.15, 1.15 FROM trading_accounts",
    "UPDATE trades SET status = 'EXECUTED', executed_at = NOW()",
    "SELECT * FROM trades JOIN trading_accounts ON trading_accounts.id = trades.account_id",
    *(
        f"DELETE FROM {table}"
        for table in ("trades", "market_data", "trading_signals", "trading_accounts", "users")
    ),
    "CREATE TABLE migration (id INT PRIMARY KEY)",
    "ALTER TABLE migration ADD COLUMN note TEXT",
    "DROP TABLE migration",
]
APPLICATION_MAY_NOT = [
    "SELECT * FROM mysql.user",
    "CREATE DATABASE other",
    "CREATE USER intruder",
    "GRANT ALL ON *.* TO CURRENT_USER()",
]
READER_MAY = [
    "SELECT id, username, is_active, created_at FROM users",
    *(f"SELECT * FROM {table}" for table in TABLES if table != "users"),
]
READER_MAY_NOT = [
    "SELECT password_hash FROM users",
    "SELECT email FROM users",
    "SELECT * FROM users",
    *(f"DELETE FROM {table}" for table in TABLES),
    *(f"UPDATE {table} SET id = id" for table in TABLES),
    "INSERT INTO trading_pairs (symbol, base_currency, quote_currency) VALUES ('A/B', 'A', 'B')",
    "CREATE TABLE own (id INT PRIMARY KEY)",
    "DROP TABLE trades",
    "SELECT * FROM mysql.user",
    "CREATE DATABASE other",
    "SELECT 1 INTO OUTFILE '/tmp/written'",
]
REFUSALS = {"1044", "1045", "1142", "1143", "1227", "1410"}  # "denied" in MySQL's error numbers
