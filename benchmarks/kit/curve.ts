/** One way to search as it was measured. */
export interface CurvePoint {
  recall: number
  rate: number
}

/** Distances to 1 on a logarithmic scale: from 0.99 to 0.999 is as far as from 0.9 to 0.99. */
const scale = (recall: number): number => Math.log(1 - recall + 1e-4)

/** The points that no other one beats in both, by recall. */
export const frontier = (points: CurvePoint[]): CurvePoint[] => {
  const best: CurvePoint[] = []
  for (const point of points.toSorted((a, b) => b.recall - a.recall || b.rate - a.rate))
    if (point.rate > (best[0]?.rate ?? 0)) best.unshift(point)
  return best
}

/**
 * Searches a second at a recall, between the two measured points beside it. Below the lowest it is the rate of that one;
 * undefined where the curve does not reach so far.
 */
export const rateAt = (points: CurvePoint[], recall: number): number | undefined => {
  const curve = frontier(points)
  const above = curve.findIndex((point) => point.recall >= recall)
  if (above < 0) return undefined
  const right = curve[above]!
  const left = curve[above - 1]
  if (!left || right.recall === left.recall) return right.rate
  const share = (scale(recall) - scale(left.recall)) / (scale(right.recall) - scale(left.recall))
  return Math.exp(Math.log(left.rate) + share * (Math.log(right.rate) - Math.log(left.rate)))
}
