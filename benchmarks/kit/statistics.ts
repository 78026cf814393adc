/** The value at a share of the sorted list; 0.5 is the median. */
export const quantile = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * share
  const low = Math.floor(position)
  const high = Math.ceil(position)
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (position - low)
}

export const median = (values: number[]): number => quantile(values, 0.5)

/** To three digits after the point, as figures are reported. */
export const round3 = (value: number): number => Math.round(value * 1000) / 1000
