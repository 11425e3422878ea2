import * as Plot from "@observablehq/plot";
import { duration } from "../report.mjs";
import { COLORS, card } from "./card.mjs";
import { timeRows } from "./time-rows.mjs";

/** What one verification costs, apikey and its peers, from the bench `peers`. */
export function verificationCost({ peers }) {
  const cold = peers.cold.find(({ name }) => name === "apikey");
  const rows = [
    ...peers.warm.map((one) => ({ ...one, label: plain(one.name), color: colorOf(one.name) })),
    { ...cold, label: "apikey, Argon2id, first use of a key", color: COLORS.oursPale },
  ].sort((one, other) => one.median - other.median);
  const frame = timeRows({
    labels: rows.map(({ label }) => label),
    timesNs: rows.flatMap(({ low, high }) => [low, high]),
    axis: "time of one verification",
    height: rows.length * 24 + 60,
    marginLeft: 320,
  });
  const [least = 1] = frame.x.domain;
  const y = { y: "label", sort: { y: null } };
  const plot = Plot.plot({
    ...frame,
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
