import * as Plot from "@observablehq/plot";
import { duration } from "../report.mjs";
import { COLORS, card, document } from "./card.mjs";

/** How late the event loop is while hashes run, from the bench `event-loop`. */
export function eventLoopDelay({ "event-loop": { rows } }) {
  const named = rows.map((row) => ({ ...row, label: row.name.replaceAll("`", "") }));
  const points = named.flatMap(({ label, p50Ns, p99Ns, maxNs }) => {
    const color = /^(Argon2|Bcrypt)Hasher/.test(label) ? COLORS.ours : COLORS.peer;
    return [
      { label, color, name: "p50", ns: p50Ns.median },
      { label, color, name: "p99", ns: p99Ns.median },
      { label, color, name: "max", ns: maxNs.median },
    ];
  });
  const plot = Plot.plot({
    document,
    width: 800,
    height: named.length * 46 + 56,
    marginLeft: 210,
    marginRight: 40,
    marginBottom: 40,
    style: { fontSize: "12px" },
    x: {
      type: "log",
      label: "event-loop delay (log scale) →",
      labelAnchor: "center",
      grid: true,
      tickFormat: (ns) => (Number.isInteger(Math.log10(ns)) ? duration(ns).replace(/\.0+ |\. /, " ") : ""),
    },
    y: { label: null, domain: named.map(({ label }) => label), tickSize: 0 },
    color: { type: "identity" },
    symbol: { domain: ["p50", "p99", "max"], range: ["circle", "diamond", "triangle"] },
    marks: [
      Plot.ruleY(named, {
        y: "label",
        x1: ({ p50Ns }) => p50Ns.median,
        x2: ({ maxNs }) => maxNs.median,
        stroke: "currentColor",
        strokeOpacity: 0.4,
      }),
      Plot.dot(points, { x: "ns", y: "label", symbol: "name", fill: "color", r: 5 }),
      Plot.text(points, {
        x: "ns",
        y: "label",
        text: ({ name, ns }) => `${name} ${duration(ns)}`,
        dy: ({ name }) => (name === "p99" ? 14 : -14),
      }),
    ],
  });
  return card({
    title: "Event-loop delay while two hashes run at a time",
    subtitle: "Sampled each millisecond, so 1 ms is no delay. Argon2id 19 MiB; bcrypt of cost 12.",
    plots: [plot],
  });
}
