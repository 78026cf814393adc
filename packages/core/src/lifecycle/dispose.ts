/** Disposes all, last opened first; every one gets its turn, then the first failure is thrown. */
export const disposeAll = async (things: ReadonlyArray<AsyncDisposable | undefined>): Promise<void> => {
  const failures: unknown[] = []
  for (const thing of things.toReversed()) {
    try {
      await thing?.[Symbol.asyncDispose]()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length) throw failures[0]
}
