export interface OneAtATime {
  /** Runs the work now, or once more after the run that is going on. */
  request(): void
  /** Resolves when nothing runs. */
  idle(): Promise<void>
}

/** Work that is asked for again and again: never twice at once, and however often it is asked for meanwhile, once more. */
export const oneAtATime = (work: () => Promise<void>): OneAtATime => {
  let running: Promise<void> | undefined
  let again = false
  const run = async (): Promise<void> => {
    do {
      again = false
      await work()
    } while (again)
    running = undefined
  }
  return {
    request() {
      again = true
      running ??= run()
    },
    async idle() {
      await running
    },
  }
}
