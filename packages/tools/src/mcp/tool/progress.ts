/** How far a call is, as its server says. */
export interface McpProgress {
  progress: number
  total?: number
  message?: string
}

/** Yields the newest of what is reported while `work` goes on, and returns what comes of it. */
export async function* withProgress<T>(
  work: (report: (progress: McpProgress) => void) => Promise<T>,
): AsyncGenerator<McpProgress, T> {
  let latest: McpProgress | undefined
  let wake = Promise.withResolvers<void>()
  let isDone = false
  const result = work((progress) => {
    latest = progress
    wake.resolve()
  }).finally(() => {
    isDone = true
    wake.resolve()
  })
  // A reader that leaves early leaves nobody to look.
  result.catch(() => {})
  while (!isDone) {
    await wake.promise
    wake = Promise.withResolvers()
    if (latest) {
      const shown = latest
      latest = undefined
      yield shown
    }
  }
  return result
}
