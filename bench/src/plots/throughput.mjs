import * as Plot from "@observablehq/plot";
import { COLORS, card, document } from "./card.mjs";

/** Verifications a second by cached keys and by processes, from the bench `scale`. */
export function throughput({ scale }) {
  const most = Math.max(...[...scale.byKeys, ...scale.byProcesses].map(({ high }) => high));
  const y = {
    domain: [0, most * 1.1],
    grid: true,
    tickFormat: (perSecond) => (perSecond / 1e6).toFixed(1),
    ticks: 6,
  };
  const shared = { document, height: 300, marginBottom: 44, style: { fontSize: "12px" } };
  const label = {
    text: ({ median }) => (median / 1e6).toFixed(2),
    dy: -12,
    y: "high",
  };
  const ranges = { y1: "low", y2: "high", stroke: COLORS.ours, strokeWidth: 1.5 };
  const byKeys = Plot.plot({
    ...shared,
    width: 440,
    marginLeft: 50,
    marginRight: 34,
    x: {
      type: "log",
      domain: [1, 1_000_000],
      label: "cached keys (log scale) →",
      labelAnchor: "center",
      ticks: [1, 100, 10_000, 1_000_000],
      tickFormat: (keys) => keys.toLocaleString("en"),
      insetLeft: 12,
    },
    y: { ...y, label: "↑ million verifications a second" },
    marks: [
      Plot.lineY(scale.byKeys, { x: "keys", y: "median", stroke: COLORS.ours, strokeWidth: 2 }),
      Plot.ruleX(scale.byKeys, { x: "keys", ...ranges }),
      Plot.dot(scale.byKeys, { x: "keys", y: "median", fill: COLORS.ours, r: 4 }),
      Plot.text(scale.byKeys, { x: "keys", ...label }),
    ],
  });
  const byProcesses = Plot.plot({
    ...shared,
    width: 320,
    marginLeft: 50,
    x: {
      type: "band",
      label: "processes on this machine's cores",
      labelAnchor: "center",
      padding: 0.4,
    },
    y: { ...y, label: "↑ million a second, all together" },
    marks: [
      Plot.barY(scale.byProcesses, { x: "processes", y: "median", fill: COLORS.ours }),
      Plot.ruleX(scale.byProcesses, {
        x: "processes",
        y1: "low",
        y2: "high",
        stroke: "currentColor",
      }),
      Plot.text(scale.byProcesses, { x: "processes", ...label }),
    ],
  });
  return card({
    title: "Verifications a second, of cached keys",
    subtitle:
      "Each key in random order, each verification awaited. Medians; thin lines: 10th to 90th percentile.",
    plots: [byKeys, byProcesses],
  });
}
