const WIDTH = 96;
const HEIGHT = 22;

/** The course of a price, oldest first. */
export function Sparkline({ prices }: { readonly prices: readonly number[] }) {
  const [first, last] = [prices[0], prices.at(-1)];
  if (first === undefined || last === undefined || prices.length < 2) return null;
  const low = Math.min(...prices);
  const range = Math.max(...prices) - low || 1;
  const points = prices.map((price, index) => {
    const x = (index / (prices.length - 1)) * WIDTH;
    const y = HEIGHT - 2 - ((price - low) / range) * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return (
    <svg
      className={`sparkline ${last < first ? "down" : "up"}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <polygon points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} />
      <polyline points={points.join(" ")} />
    </svg>
  );
}
