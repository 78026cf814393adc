/** Works on `most` items at a time; results in the order of the items. After a failure nothing further is begun. */
export const inParallel = async <Item, T>(
  items: readonly Item[],
  most: number,
  work: (item: Item, index: number) => Promise<T>,
): Promise<T[]> => {
  const results: T[] = []
  let next = 0
  let failed = false
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed) {
      const index = next++
      try {
        results[index] = await work(items[index]!, index)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }
  // All settle first: a step that is under way is kept, whatever became of another.
  const settled = await Promise.allSettled(Array.from({ length: Math.max(1, Math.min(most, items.length)) }, worker))
  const failure = settled.find((one) => one.status === 'rejected')
  if (failure) throw failure.reason
  return results
}
