const MARKS = { BUY: "▲", SELL: "▼", HOLD: "■" };

/** BUY, SELL or HOLD, told apart by shape as well as by colour. */
export function Side({ side }: { readonly side: keyof typeof MARKS }) {
  return (
    <span className={`side side-${side.toLowerCase()}`}>
      <span aria-hidden="true">{MARKS[side]}</span> {side}
    </span>
  );
}
