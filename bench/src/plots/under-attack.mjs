import * as Plot from "@observablehq/plot";
import { duration } from "../report.mjs";
import { COLORS, card, decades, document, tickOf } from "./card.mjs";

/** What honest callers wait while others send wrong secrets, from the bench `attack`. */
export function underAttack({ attack }) {
  const points = attack.rows.flatMap((row) => [
    point(row, "a cached key", COLORS.ours, row.knownP50Ns.median, row.knownP99Ns.median),
    point(row, "a new key", COLORS.alarm, row.newP50Ns.median, row.newP99Ns.median),
  ]);
  const ticks = decades(
    Math.min(...points.map(({ p50 }) => p50)) / 3,
    Math.max(...points.map(({ p99 }) => p99)),
  );
  const most = Math.max(...attack.rows.map(({ attackers }) => attackers));
  const line = { x: "attackers", fx: "kind", stroke: "color", z: "caller" };
  const plot = Plot.plot({
    document,
    width: 800,
    height: 330,
    marginLeft: 60,
    marginRight: 10,
    marginTop: 44,
    marginBottom: 44,
    style: { fontSize: "12px" },
    fx: { label: null, domain: [...new Set(points.map(({ kind }) => kind))], padding: 0.06 },
    x: {
      type: "point",
      label: "attackers, each with 10 requests under way →",
      labelAnchor: "center",
      insetRight: 36,
    },
    y: {
      type: "log",
      label: "↑ honest callers wait (log scale)",
      grid: true,
      domain: [ticks[0], ticks.at(-1)],
      ticks,
      tickFormat: tickOf,
    },
    color: { type: "identity" },
    marks: [
      Plot.lineY(points, { ...line, y: "p99", strokeDasharray: "4 3", strokeWidth: 1.5 }),
      Plot.lineY(points, { ...line, y: "p50", strokeWidth: 2.5 }),
      Plot.dot(points, { x: "attackers", fx: "kind", y: "p50", fill: "color", r: 3.5 }),
      Plot.text(
        points.filter(({ attackers }) => attackers === most),
        {
          x: "attackers",
          fx: "kind",
          y: "p50",
          text: ({ p50 }) => duration(p50),
          textAnchor: "start",
          fill: "color",
          dx: 8,
        },
      ),
      Plot.text(
        points.filter(({ attackers }) => attackers === 0),
        {
          x: "attackers",
          fx: "kind",
          y: "p50",
          text: ({ caller, p50 }) => `${caller}: ${duration(p50)}`,
          textAnchor: "start",
          dy: 16,
          dx: -4,
          fill: "color",
          fontWeight: 600,
        },
      ),
    ],
  });
  return card({
    title: "Honest callers while attackers send wrong secrets, in one process",
    subtitle:
      "Argon2id, defaults. Solid: median; dashed: 99th percentile. A new key takes a hash; a cached one does not.",
    plots: [plot],
  });
}

function point({ kind, attackers }, caller, color, p50, p99) {
  return { kind: kind.replace(", a new one each time", ""), attackers, caller, color, p50, p99 };
}
