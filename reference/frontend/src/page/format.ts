/** A price with the digits that traders expect: five, three for the yen, two for gold. */
export function formatPrice(symbol: string, price: number): string {
  const digits = symbol.startsWith("XAU") ? 2 : symbol.endsWith("JPY") ? 3 : 5;
  return formatNumber(price, digits);
}

export function formatNumber(value: number, digits: number): string {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A quantity without digits that say nothing. */
export function formatQuantity(quantity: number): string {
  return quantity.toLocaleString("en-US", { maximumFractionDigits: 5 });
}

/** A relative change in percent, with a sign unless it rounds to nothing. */
export function formatChange(ratio: number): string {
  return ratio.toLocaleString("en-US", {
    style: "percent",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    signDisplay: "exceptZero",
  });
}

/** The time of day, where the user is. */
export function formatTime(timestamp: string): string {
  return new Date(timestamp).toLocaleTimeString("en-GB");
}
