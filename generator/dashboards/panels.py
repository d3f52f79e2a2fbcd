"""The panels, variables and frame that the dashboards share.

Grafana's models are used without their builders, which would also load the models of
schema version 2: twice the import time, and Grafana 12 provisions files of version 1.
"""

from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import (
    bargauge,
    candlestick,
    common,
    piechart,
    stat,
    table,
    timeseries,
)
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardCursorSync,
    DashboardDashboardTemplating,
    DashboardDashboardTime,
    DashboardFieldConfigSourceOverrides,
    DashboardLink,
    DashboardLinkType,
    DynamicConfigValue,
    FieldColor,
    FieldColorModeId,
    FieldConfig,
    FieldConfigSource,
    GridPos,
    MatcherConfig,
    Panel,
    Threshold,
    ThresholdsConfig,
    ThresholdsMode,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableType,
)

MYSQL = common.DataSourceRef(type_val="mysql", uid="mysql")
GRID_COLUMNS = 24
PRICE_DECIMALS = 5
TAG = "genx-fx"
PLAIN = FieldColor(mode=FieldColorModeId.FIXED, fixed_color="blue")


class MySQLQuery(Dataquery):
    """A query of Grafana's MySQL data source, for which the SDK has no model."""

    def __init__(self, sql: str, result_format: str) -> None:
        self.sql = sql
        self.result_format = result_format

    def to_json(self) -> dict[str, object]:
        """Return the query as Grafana stores it."""
        return {
            "refId": "A",
            "format": self.result_format,
            "rawQuery": True,
            "rawSql": self.sql.strip(),
        }


def chosen(column: str, variable: str) -> str:
    """Return the condition that a column holds one of the variable's chosen values.

    "All" stands for every row, also of a value that the variable does not offer, and
    keeps the query valid while the variable has nothing to offer at all. Grafana quotes the
    values of a variable that takes several.
    """
    return f"({column} IN (${variable}) OR 'all' IN (${variable}))"


def choice(name: str, label: str, sql: str) -> VariableModel:
    """Return a variable of which an operator picks any number of values."""
    variable = single_choice(name, label, sql)
    variable.multi = True
    variable.include_all = True
    variable.all_value = "'all'"
    variable.current = VariableOption(text=["All"], value=["$__all"])
    return variable


def single_choice(name: str, label: str, sql: str) -> VariableModel:
    """Return a variable of which an operator picks one value."""
    return VariableModel(
        type_val=VariableType.QUERY,
        name=name,
        label=label,
        datasource=MYSQL,
        query=sql,
        refresh=VariableRefresh.ON_DASHBOARD_LOAD,
        skip_url_sync=None,
        auto=None,
        auto_min=None,
        auto_count=None,
    )


def choice_among(table_name: str, column: str, label: str) -> VariableModel:
    """Return the choice of any number of the values that stand in a column."""
    return choice(
        column,
        label,
        f"SELECT DISTINCT {column} FROM {table_name} WHERE {column} IS NOT NULL ORDER BY {column}",
    )


def symbol_choice() -> VariableModel:
    """Return the choice of any number of trading pairs."""
    return choice("symbol", "Symbol", "SELECT symbol FROM trading_pairs ORDER BY symbol")


def account_choice() -> VariableModel:
    """Return the choice of any number of trading accounts."""
    return choice(
        "account",
        "Account",
        "SELECT account_name AS __text, id AS __value FROM trading_accounts ORDER BY account_name",
    )


def steps(base: str, *higher: tuple[float, str]) -> ThresholdsConfig:
    """Return thresholds: the base colour, then the colour from each value upwards."""
    return ThresholdsConfig(
        mode=ThresholdsMode.ABSOLUTE,
        steps=[Threshold(color=base), *(Threshold(value, color) for value, color in higher)],
    )


def number(
    title: str,
    description: str,
    sql: str,
    *,
    unit: str | None = None,
    decimals: int | None = None,
    thresholds: ThresholdsConfig | None = None,
    empty: str | None = None,
) -> Panel:
    """Return one figure, with its colour taken from the thresholds."""
    return Panel(
        type_val="stat",
        title=title,
        description=description,
        grid_pos=GridPos(w=6, h=4),
        targets=[MySQLQuery(sql, "table")],
        options=stat.Options(
            graph_mode=common.BigValueGraphMode.NONE,
            reduce_options=common.ReduceDataOptions(calcs=["lastNotNull"]),
        ),
        field_config=FieldConfigSource(
            defaults=FieldConfig(
                unit=unit,
                decimals=decimals,
                thresholds=thresholds,
                color=None if thresholds else PLAIN,
                no_value=empty,
            ),
            overrides=[],
        ),
    )


def lines(
    title: str,
    description: str,
    sql: str,
    *,
    unit: str | None = None,
    decimals: int | None = None,
    width: int = 12,
) -> Panel:
    """Return one line over time for each column, or for each value of the column `metric`."""
    style = common.GraphFieldConfig(
        draw_style=common.GraphDrawStyle.LINE,
        show_points=common.VisibilityMode.AUTO,
        span_nulls=True,
    )
    return _over_time(title, description, sql, style, unit, decimals, width)


def stacked_bars(
    title: str,
    description: str,
    sql: str,
    *,
    unit: str | None = None,
    decimals: int | None = None,
    width: int = 12,
) -> Panel:
    """Return bars over time, the values of the column `metric` on top of each other."""
    style = common.GraphFieldConfig(
        draw_style=common.GraphDrawStyle.BARS,
        fill_opacity=60,
        stacking=common.StackingConfig(mode=common.StackingMode.NORMAL),
    )
    return _over_time(title, description, sql, style, unit, decimals, width)


def _over_time(
    title: str,
    description: str,
    sql: str,
    style: common.GraphFieldConfig,
    unit: str | None,
    decimals: int | None,
    width: int,
) -> Panel:
    return Panel(
        type_val="timeseries",
        title=title,
        description=description,
        grid_pos=GridPos(w=width, h=8),
        interval="1m",
        targets=[MySQLQuery(sql, "time_series")],
        options=timeseries.Options(
            legend=common.VizLegendOptions(
                show_legend=True,
                display_mode=common.LegendDisplayMode.LIST,
                placement=common.LegendPlacement.BOTTOM,
                calcs=[],
            ),
            tooltip=common.VizTooltipOptions(
                mode=common.TooltipDisplayMode.MULTI, sort=common.SortOrder.DESCENDING
            ),
        ),
        field_config=FieldConfigSource(
            defaults=FieldConfig(
                unit=unit,
                decimals=decimals,
                color=FieldColor(mode=FieldColorModeId.PALETTE_CLASSIC_BY_NAME),
                custom=style,
            ),
            overrides=[],
        ),
    )


def candles(title: str, description: str, sql: str, *, width: int, height: int) -> Panel:
    """Return candles from the columns open, high, low and close, with bars of volume."""
    return Panel(
        type_val="candlestick",
        title=title,
        description=description,
        grid_pos=GridPos(w=width, h=height),
        interval="1m",
        targets=[MySQLQuery(sql, "time_series")],
        options=candlestick.Options(),
        field_config=FieldConfigSource(
            defaults=FieldConfig(decimals=PRICE_DECIMALS),
            overrides=_overrides({"volume": {"unit": "short", "decimals": 0}}),
        ),
    )


def ranking(
    title: str,
    description: str,
    sql: str,
    *,
    unit: str | None = None,
    decimals: int | None = None,
    thresholds: ThresholdsConfig | None = None,
    empty: str | None = None,
    width: int = 8,
    height: int = 8,
) -> Panel:
    """Return one horizontal bar for each row: its text names the bar, its number measures it."""
    return Panel(
        type_val="bargauge",
        title=title,
        description=description,
        grid_pos=GridPos(w=width, h=height),
        targets=[MySQLQuery(sql, "table")],
        options=bargauge.Options(
            display_mode=common.BarGaugeDisplayMode.BASIC,
            orientation=common.VizOrientation.HORIZONTAL,
            reduce_options=common.ReduceDataOptions(values=True, calcs=[]),
        ),
        field_config=FieldConfigSource(
            defaults=FieldConfig(
                unit=unit,
                decimals=decimals,
                min_val=0,
                thresholds=thresholds,
                color=None if thresholds else PLAIN,
                no_value=empty,
            ),
            overrides=[],
        ),
    )


def shares(title: str, description: str, sql: str, *, width: int = 8) -> Panel:
    """Return one slice for each row: its text names the slice, its number measures it."""
    return Panel(
        type_val="piechart",
        title=title,
        description=description,
        grid_pos=GridPos(w=width, h=8),
        targets=[MySQLQuery(sql, "table")],
        options=piechart.Options(
            pie_type=piechart.PieChartType.DONUT,
            reduce_options=common.ReduceDataOptions(values=True, calcs=[]),
            legend=piechart.PieChartLegendOptions(
                show_legend=True,
                placement=common.LegendPlacement.RIGHT,
                values=[piechart.PieChartLegendValues.VALUE, piechart.PieChartLegendValues.PERCENT],
            ),
        ),
        field_config=FieldConfigSource(
            defaults=FieldConfig(color=FieldColor(mode=FieldColorModeId.PALETTE_CLASSIC_BY_NAME)),
            overrides=[],
        ),
    )


def rows(
    title: str,
    description: str,
    sql: str,
    columns: dict[str, dict[str, object]],
    *,
    width: int = 24,
    height: int = 9,
) -> Panel:
    """Return a table; `columns` maps a column's name to the properties of its field."""
    return Panel(
        type_val="table",
        title=title,
        description=description,
        grid_pos=GridPos(w=width, h=height),
        targets=[MySQLQuery(sql, "table")],
        options=table.Options(),
        field_config=FieldConfigSource(defaults=FieldConfig(), overrides=_overrides(columns)),
    )


def _overrides(
    columns: dict[str, dict[str, object]],
) -> list[DashboardFieldConfigSourceOverrides]:
    return [
        DashboardFieldConfigSourceOverrides(
            matcher=MatcherConfig("byName", name),
            properties=[DynamicConfigValue(key, value) for key, value in properties.items()],
        )
        for name, properties in columns.items()
    ]


PRICE: dict[str, object] = {"decimals": PRICE_DECIMALS}
PERCENT: dict[str, object] = {"unit": "percentunit", "decimals": 1}
WAITING_THRESHOLDS = steps("green", (60, "yellow"), (300, "red"))
WAITING: dict[str, object] = {
    "unit": "s",
    "thresholds": WAITING_THRESHOLDS,
    "custom.cellOptions": {"type": "color-text"},
}


def board(
    name: str,
    title: str,
    description: str,
    variables: list[VariableModel],
    panels: list[Panel],
    *,
    since: str,
) -> Dashboard:
    """Return the dashboard `genx-fx-<name>`, its panels laid out in the order given."""
    _lay_out(panels)
    return Dashboard(
        uid=f"{TAG}-{name}",
        title=title,
        description=description,
        tags=[TAG, "trading"],
        timezone="utc",
        editable=False,
        graph_tooltip=DashboardCursorSync.CROSSHAIR,
        time=DashboardDashboardTime(from_val=since, to="now"),
        refresh="30s",
        templating=DashboardDashboardTemplating(list_val=variables),
        panels=[*panels],
        links=[
            DashboardLink(
                title="GenX FX",
                type_val=DashboardLinkType.DASHBOARDS,
                tags=[TAG],
                as_dropdown=True,
                keep_time=True,
            )
        ],
    )


def _lay_out(panels: list[Panel]) -> None:
    """Number the panels and place them from left to right, one row under the other."""
    left = top = row_height = 0
    for identifier, panel in enumerate(panels, start=1):
        position = panel.grid_pos
        assert position is not None
        if left + position.w > GRID_COLUMNS:
            left, top, row_height = 0, top + row_height, 0
        position.x, position.y = left, top
        left, row_height = left + position.w, max(row_height, position.h)
        panel.id_val = identifier
        panel.datasource = MYSQL
        panel.transparent = panel.repeat_direction = None
