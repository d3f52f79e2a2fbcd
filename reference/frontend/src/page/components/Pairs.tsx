import type { Candle, Pair } from "../api";
import { formatChange, formatPrice } from "../format";
import { Panel, Placeholder } from "./Panel";
import { Sparkline } from "./Sparkline";

interface PairsProps {
  readonly pairs: readonly Pair[] | undefined;
  readonly candles: readonly Candle[] | undefined;
}

/** The pairs with their last prices. */
export function Pairs({ pairs, candles = [] }: PairsProps) {
  const courses = coursesOf(candles);
  return (
    <Panel title="Markets" note={pairs && `${pairs.length} pairs`} className="markets">
      {pairs?.length ? (
        <table>
          <thead>
            <tr>
              <th scope="col">Pair</th>
              <th scope="col">
                <span className="visually-hidden">Course</span>
              </th>
              <th scope="col" className="number">
                Last
              </th>
              <th scope="col" className="number">
                Change
              </th>
            </tr>
          </thead>
          <tbody>
            {pairs.map((pair) => (
              <PairRow key={pair.id} symbol={pair.symbol} prices={courses.get(pair.symbol) ?? []} />
            ))}
          </tbody>
        </table>
      ) : (
        <Placeholder>{pairs ? "There are no active pairs." : "Loading pairs…"}</Placeholder>
      )}
    </Panel>
  );
}

/** The prices of each symbol, oldest first, from candles that come newest first. */
function coursesOf(candles: readonly Candle[]): Map<string, number[]> {
  const courses = new Map<string, number[]>();
  for (const { symbol, close_price } of candles.toReversed()) {
    courses.set(symbol, [...(courses.get(symbol) ?? []), close_price]);
  }
  return courses;
}

interface PairRowProps {
  readonly symbol: string;
  readonly prices: readonly number[];
}

function PairRow({ symbol, prices }: PairRowProps) {
  const [first, last] = [prices[0], prices.at(-1)];
  const change = first && last ? last / first - 1 : undefined;
  const direction = change === undefined || change === 0 ? "" : change > 0 ? "up" : "down";
  return (
    <tr data-testid="pair-row" data-symbol={symbol}>
      <th scope="row">{symbol}</th>
      <td className="course">
        <Sparkline prices={prices} />
      </td>
      <td className="number price" data-testid="pair-price">
        {last === undefined ? "–" : formatPrice(symbol, last)}
      </td>
      <td className={`number ${direction}`}>{change === undefined ? "–" : formatChange(change)}</td>
    </tr>
  );
}
