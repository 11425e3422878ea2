const UNITS = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

/** @param {number} ns */
export function duration(ns) {
  const [size, unit] = UNITS.find(([limit]) => ns >= limit) ?? [1, "ns"];
  return `${(ns / size).toPrecision(3)} ${unit}`;
}

/** @param {number} value */
function ratio(value) {
  if (value < 0.1) return value.toPrecision(1);
  return value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString("en");
}

/** A Markdown table of texts. */
export function markdown(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/**
 * Results of `sideBySide` as a Markdown table, ratios first.
 * @param {{ head: string, of(result: object): string }[]} [columns] shown behind them
 */
export function table(results, columns = []) {
  return markdown(
    [
      "",
      "ratio, median (p10–p90)",
      "one operation, median (p10–p90)",
      ...columns.map(({ head }) => head),
    ],
    results.map((one) => [
      one.name,
      `${ratio(one.ratio)} (${ratio(one.ratioLow)}–${ratio(one.ratioHigh)})`,
      `${duration(one.median)} (${duration(one.low)}–${duration(one.high)})`,
      ...columns.map(({ of }) => of(one)),
    ]),
  );
}

/** A target, and whether this run met it. */
export function target(text, value, limit, unit = "") {
  const shown = value.toFixed(value < 10 ? 2 : 0);
  return `- ${value <= limit ? "met" : "**missed**"}: ${text} ≤ ${limit}${unit}: ${shown}${unit}`;
}
