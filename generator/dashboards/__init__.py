"""The Grafana dashboards of the trading desk, read from the platform's MySQL database."""

from functools import cache

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from generator.dashboards import accounts, market_data, signals, trades


@cache
def dashboards(mark: str) -> dict[str, str]:
    """Return the JSON text of each dashboard by file name, with `mark` as its comment."""
    boards = {
        "accounts.json": accounts.dashboard(),
        "market-data.json": market_data.dashboard(),
        "signals.json": signals.dashboard(),
        "trades.json": trades.dashboard(),
    }
    encoder = JSONEncoder(indent=1, ensure_ascii=False)
    return {
        name: encoder.encode({"$comment": mark, **board.to_json()}) + "\n"
        for name, board in boards.items()
    }
