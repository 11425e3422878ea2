import * as Plot from "@observablehq/plot";
import { duration } from "../report.mjs";
import { COLORS, card, document } from "./card.mjs";

/** What one verification costs, apikey and its peers, from the bench `peers`. */
export function verificationCost({ peers }) {
  const cold = peers.cold.find(({ name }) => name === "apikey");
  const rows = [
    ...peers.warm.map((one) => ({ ...one, label: plain(one.name), color: colorOf(one.name) })),
    { ...cold, label: "apikey, first use of a key", color: COLORS.oursPale },
  ].sort((one, other) => one.median - other.median);
  const least = 10 ** Math.floor(Math.log10(Math.min(...rows.map(({ median }) => median))));
  const most = Math.max(...rows.map(({ high }) => high));
  const y = { y: "label", sort: { y: null } };
  const plot = Plot.plot({
    document,
    width: 800,
    height: rows.length * 24 + 60,
    marginLeft: 320,
    marginRight: 70,
    marginBottom: 40,
    style: { fontSize: "12px" },
    x: {
      type: "log",
      domain: [least, most],
      label: "time of one verification (log scale) →",
      labelAnchor: "center",
      tickFormat: (ns) => (Number.isInteger(Math.log10(ns)) ? duration(ns).replace(/\.0+ |\. /, " ") : ""),
      grid: true,
    },
    y: { label: null, domain: rows.map(({ label }) => label), tickSize: 0 },
    marks: [
      Plot.barX(rows, { x1: least, x2: "median", ...y, fill: "color", insetTop: 2, insetBottom: 2 }),
      Plot.ruleY(rows, { x1: "low", x2: "high", ...y, stroke: "currentColor", strokeOpacity: 0.6 }),
      Plot.text(rows, {
        x: "high",
        ...y,
        text: ({ median }) => duration(median),
        textAnchor: "start",
        dx: 6,
      }),
    ],
  });
  return card({
    title: "What one verification costs",
    subtitle: "A key that was verified before, unless it says otherwise. Medians; thin lines: 10th to 90th percentile.",
    plots: [plot],
  });
}

function plain(name) {
  return name.replaceAll("`", "");
}

function colorOf(name) {
  return name.startsWith("apikey") ? COLORS.ours : COLORS.peer;
}
