import { decades, document, tickOf } from "./card.mjs";

/**
 * Frame of a plot with a row for each label, over time on a logarithmic axis that begins at a power of ten.
 *
 * @param {{ labels: string[], timesNs: number[], axis: string, height: number, marginLeft: number }} parts
 */
export function timeRows({ labels, timesNs, axis, height, marginLeft }) {
  const most = Math.max(...timesNs);
  const ticks = decades(Math.min(...timesNs), most);
  return {
    document,
    width: 800,
    height,
    marginLeft,
    marginRight: 70,
    marginBottom: 40,
    style: { fontSize: "12px" },
    x: {
      type: "log",
      domain: [ticks[0], most],
      label: `${axis} (log scale) →`,
      labelAnchor: "center",
      ticks: ticks.filter((tick) => tick <= most),
      tickFormat: tickOf,
      grid: true,
    },
    y: { label: null, domain: labels, tickSize: 0 },
  };
}
