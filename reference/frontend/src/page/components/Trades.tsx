import type { Trade } from "../api";
import { formatPrice, formatQuantity, formatTime } from "../format";
import { Panel, Placeholder } from "./Panel";
import { Side } from "./Side";

/** What the trading bot did, newest first. */
export function Trades({ trades }: { readonly trades: readonly Trade[] | undefined }) {
  return (
    <Panel title="Trades" note={trades?.[0]?.account_name}>
      {trades?.length ? (
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Pair</th>
              <th scope="col">Side</th>
              <th scope="col" className="number">
                Quantity
              </th>
              <th scope="col" className="number">
                Price
              </th>
              <th scope="col">Status</th>
            </tr>
          </thead>
          <tbody>
            {trades.map((trade) => (
              <TradeRow key={trade.id} trade={trade} />
            ))}
          </tbody>
        </table>
      ) : (
        <Placeholder>
          {trades ? "No trades yet: the bot waits for a signal it trusts." : "Loading trades…"}
        </Placeholder>
      )}
    </Panel>
  );
}

function TradeRow({ trade }: { readonly trade: Trade }) {
  const time = trade.executed_at ?? trade.created_at;
  return (
    <tr
      className="fresh"
      data-testid="trade-row"
      data-trade-id={trade.id}
      data-from-signal-id={trade.signal_id}
    >
      <td className="time">
        <time dateTime={time}>{formatTime(time)}</time>
      </td>
      <th scope="row">{trade.symbol}</th>
      <td>
        <Side side={trade.trade_type} />
      </td>
      <td className="number">{formatQuantity(trade.quantity)}</td>
      <td className="number price">{formatPrice(trade.symbol, trade.price)}</td>
      <td>
        <span className={`status status-${trade.status.toLowerCase()}`}>{trade.status}</span>
      </td>
    </tr>
  );
}
