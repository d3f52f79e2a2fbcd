import type { Signal } from "../api";
import { formatPrice, formatTime } from "../format";
import { Panel, Placeholder } from "./Panel";
import { Side } from "./Side";

/** What the API's model says, newest first. */
export function Signals({ signals }: { readonly signals: readonly Signal[] | undefined }) {
  return (
    <Panel title="Signals" note={signals?.[0]?.model_version}>
      {signals?.length ? (
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Pair</th>
              <th scope="col">Signal</th>
              <th scope="col">Confidence</th>
              <th scope="col" className="number">
                Price
              </th>
            </tr>
          </thead>
          <tbody>
            {signals.map((signal) => (
              <SignalRow key={signal.id} signal={signal} />
            ))}
          </tbody>
        </table>
      ) : (
        <Placeholder>
          {signals ? "No signals yet: the first ones come in a moment." : "Loading signals…"}
        </Placeholder>
      )}
    </Panel>
  );
}

function SignalRow({ signal }: { readonly signal: Signal }) {
  const percent = Math.round(signal.confidence * 100);
  return (
    <tr className="fresh" data-testid="signal-row" data-signal-id={signal.id}>
      <td className="time">
        <time dateTime={signal.timestamp}>{formatTime(signal.timestamp)}</time>
      </td>
      <th scope="row">{signal.symbol}</th>
      <td>
        <Side side={signal.signal_type} />
      </td>
      <td>
        <span className="confidence">
          <progress max={100} value={percent} aria-hidden="true" />
          {percent}%
        </span>
      </td>
      <td className="number price">{formatPrice(signal.symbol, signal.price)}</td>
    </tr>
  );
}
