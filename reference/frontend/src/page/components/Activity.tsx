import type { Signal, Trade } from "../api";
import { Panel, Placeholder } from "./Panel";

interface ActivityProps {
  readonly signals: readonly Signal[] | undefined;
  readonly trades: readonly Trade[] | undefined;
}

/** Which way the latest signals and trades point. */
export function Activity({ signals = [], trades = [] }: ActivityProps) {
  return (
    <Panel title="Activity" note="latest signals and trades" className="activity">
      {signals.length || trades.length ? (
        <dl>
          <Mix name="Signals" sides={signals.map((signal) => signal.signal_type)} />
          <Mix name="Trades" sides={trades.map((trade) => trade.trade_type)} />
        </dl>
      ) : (
        <Placeholder>Nothing yet.</Placeholder>
      )}
    </Panel>
  );
}

interface MixProps {
  readonly name: string;
  readonly sides: readonly Signal["signal_type"][];
}

function Mix({ name, sides }: MixProps) {
  const counts = (["BUY", "HOLD", "SELL"] as const)
    .map((side) => ({ side, count: sides.filter((each) => each === side).length }))
    .filter(({ count }) => count > 0);
  return (
    <div className="mix">
      <dt>{name}</dt>
      <dd>
        <span className="mix-bar" aria-hidden="true">
          {counts.map(({ side, count }) => (
            <span key={side} className={`side-${side.toLowerCase()}`} style={{ flexGrow: count }} />
          ))}
        </span>
        {counts.map(({ side, count }) => (
          <span key={side} className="mix-count">
            {count} <span className={`side-${side.toLowerCase()}`}>{side.toLowerCase()}</span>
          </span>
        ))}
      </dd>
    </div>
  );
}
