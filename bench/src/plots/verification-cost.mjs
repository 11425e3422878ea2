import * as Plot from "@observablehq/plot";
import { duration } from "../report.mjs";
import { COLORS, card, decades, document, tickOf } from "./card.mjs";

/** What one verification costs, apikey and its peers, from the bench `peers`. */
export function verificationCost({ peers }) {
  const cold = peers.cold.find(({ name }) => name === "apikey");
  const rows = [
    ...peers.warm.map((one) => ({ ...one, label: plain(one.name), color: colorOf(one.name) })),
    { ...cold, label: "apikey, Argon2id, first use of a key", color: COLORS.oursPale },
  ].sort((one, other) => one.median - other.median);
  const most = Math.max(...rows.map(({ high }) => high));
  const ticks = decades(Math.min(...rows.map(({ low }) => low)), most);
  const [least = 1] = ticks;
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
      ticks: ticks.filter((tick) => tick <= most),
      tickFormat: tickOf,
      grid: true,
    },
    y: { label: null, domain: rows.map(({ label }) => label), tickSize: 0 },
    marks: [
      Plot.barX(rows, {
        x1: least,
        x2: "median",
        ...y,
        fill: "color",
        insetTop: 2,
        insetBottom: 2,
      }),
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
    subtitle:
      "A key that was verified before, unless it says otherwise. Medians; thin lines: 10th to 90th percentile.",
    plots: [plot],
  });
}

function plain(name) {
  if (name === "apikey") return "apikey, Argon2id";
  if (name === "apikey, strict") return "apikey, strict: reads the record each time";
  return name.replaceAll("`", "").replace("secondary storage over database", "both");
}

function colorOf(name) {
  if (name.startsWith("floor")) return COLORS.peerPale;
  return name.startsWith("apikey") ? COLORS.ours : COLORS.peer;
}
