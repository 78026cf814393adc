/** Runs one after the other what is given to it. */
export type Lane = <T>(work: () => Promise<T>) => Promise<T>

export const createLane = (): Lane => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    last = next.catch(() => {})
    return next
  }
}
