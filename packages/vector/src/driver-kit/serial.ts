/** Runs pieces of work one after the other, in the order they came; a failure ends only its own. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>

export const createSerial = (): Serial => {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    last = mine.catch(() => {})
    return mine
  }
}
