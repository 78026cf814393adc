/** What a search through the graph finds when it looks at `ef` candidates. */
export interface RecallPoint {
  ef: number
  /** Share of the true ten nearest. */
  recall: number
}

/** The steps `ef` moves on. */
export const EF_STEPS: readonly number[] = [10, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024]
/** Before anything was measured. */
export const DEFAULT_EF = 64

/**
 * The least `ef` that holds the target. What is measured scatters, so it is lowered only when the lower one holds the
 * target with a margin, and raised as soon as the present one does not.
 *
 * @param curve measured with the same queries, by rising `ef`; the present one is among it.
 */
export const chooseEf = (curve: readonly RecallPoint[], current: number, target: number): number => {
  const margin = (1 - target) / 3
  const holds = (bound: number): number | undefined => curve.find(({ recall }) => recall >= bound)?.ef
  const present = curve.find(({ ef }) => ef === current)
  const safe = holds(target + margin)
  if (!present || present.recall < target) return safe ?? holds(target) ?? curve.at(-1)?.ef ?? current
  return safe !== undefined && safe < current ? safe : current
}
