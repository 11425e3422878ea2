const UNITS = [
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
];

/** @param {number} ns */
function duration(ns) {
  const [size, unit] = UNITS.find(([limit]) => ns >= limit) ?? [1, "ns"];
  return `${(ns / size).toPrecision(3)} ${unit}`;
}

/** Results of `sideBySide` as a Markdown table, ratios first. */
export function table(results) {
  const rows = results.map(
    (one) =>
      `| ${one.name} | ${one.ratio.toFixed(2)} (${one.ratioLow.toFixed(2)}–${one.ratioHigh.toFixed(2)}) | ${duration(one.median)} (${duration(one.low)}–${duration(one.high)}) |`,
  );
  return [
    "| | ratio, median (p10–p90) | one operation, median (p10–p90) |",
    "|---|---|---|",
    ...rows,
  ].join("\n");
}

/** A target, and whether this run met it. */
export function target(text, value, limit, unit = "") {
  const shown = value.toFixed(value < 10 ? 2 : 0);
  return `- ${value <= limit ? "met" : "**missed**"}: ${text} ≤ ${limit}${unit}: ${shown}${unit}`;
}
