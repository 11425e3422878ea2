import { parseHTML } from "linkedom";
import { duration } from "../report.mjs";

const PADDING = 20;
const HEADING = 62;
const FONT = "system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif";

/** Legible on white and on black. */
export const COLORS = {
  ours: "#2f81f7",
  oursPale: "#79b8ff",
  peer: "#8b949e",
  peerPale: "#b6bdc5",
  alarm: "#e8833a",
};

/** The powers of ten from `least` to `most`: the ticks of a logarithmic axis. */
export function decades(least, most) {
  const first = Math.floor(Math.log10(least));
  const last = Math.ceil(Math.log10(most));
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index));
}

/** A power of ten nanoseconds, as a tick says it: "10 µs". */
export function tickOf(ns) {
  return duration(ns).replace(/\.0*(?= )/, "");
}

/** For Observable Plot, which otherwise looks for a browser's. */
export const { document } = parseHTML("<html></html>");

/**
 * Plots side by side under a heading, as the text of an SVG file. It brings its own background, light or dark as the
 * reader's system is, so that it is legible on any page.
 *
 * @param {{ title: string, subtitle: string, plots: SVGElement[] }} parts
 */
export function card({ title, subtitle, plots }) {
  let x = PADDING;
  let height = 0;
  for (const plot of plots) {
    plot.setAttribute("x", String(x));
    plot.setAttribute("y", String(HEADING));
    // What Plot says here of its background and colour is said below, for both schemes.
    plot.querySelector("style")?.remove();
    x += Number(plot.getAttribute("width"));
    height = Math.max(height, Number(plot.getAttribute("height")));
  }
  const size = { width: x + PADDING, height: HEADING + height + PADDING / 2 };
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escapeText(title)}" font-family="${FONT}">
<style>
svg { color: #1f2328 }
text { white-space: pre }
.back { fill: #ffffff; stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
  svg { color: #e6edf3 }
  .back { fill: #0d1117; stroke: #3d444d }
}
</style>
<rect class="back" x="0.5" y="0.5" width="${size.width - 1}" height="${size.height - 1}" rx="8"/>
<text x="${PADDING}" y="30" font-size="16" font-weight="600" fill="currentColor">${escapeText(title)}</text>
<text x="${PADDING}" y="50" font-size="12" fill="currentColor" fill-opacity="0.75">${escapeText(subtitle)}</text>
${plots.map((plot) => rounded(plot.outerHTML)).join("\n")}
</svg>
`;
}

/** Coordinates to a hundredth of a pixel: a third of the file, and no trace of floating point. */
function rounded(markup) {
  return markup.replace(/-?\d+\.\d{3,}/g, (number) =>
    String(Math.round(Number(number) * 100) / 100),
  );
}

function escapeText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
