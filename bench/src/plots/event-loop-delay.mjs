import * as Plot from "@observablehq/plot";
import { duration } from "../report.mjs";
import { COLORS, card } from "./card.mjs";
import { timeRows } from "./time-rows.mjs";

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
  const frame = timeRows({
    labels: named.map(({ label }) => label),
    timesNs: points.map(({ ns }) => ns),
    axis: "event-loop delay",
    height: named.length * 52 + 56,
    marginLeft: 230,
  });
  const plot = Plot.plot({
    ...frame,
    x: { ...frame.x, insetLeft: 70 },
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
      ...["p50", "p99", "max"].map((name, index) =>
        Plot.text(
          points.filter((one) => one.name === name),
          {
            x: "ns",
            y: "label",
            text: ({ ns }) => `${name} ${duration(ns)}`,
            dy: [-14, 15, -14][index],
            textAnchor: ["end", "middle", "start"][index],
            dx: [8, 0, -8][index],
          },
        ),
      ),
    ],
  });
  return card({
    title: "Event-loop delay while two hashes run at a time",
    subtitle: "Sampled each millisecond, so 1 ms is no delay. Argon2id 19 MiB; bcrypt of cost 12.",
    plots: [plot],
  });
}
