/** @param {number[]} values @param {number} percent */
export function percentile(values, percent) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? 0;
}

/** Median, and the 10th and 90th percentile. */
export function spread(values) {
  return {
    median: percentile(values, 50),
    low: percentile(values, 10),
    high: percentile(values, 90),
  };
}
