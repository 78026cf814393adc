export interface Once<T> {
  (): Promise<T>
  /** Undefined when it was never asked for. */
  peek(): Promise<T> | undefined
}

/** A value made at the first call and kept; a failure is not kept, so that the next call tries again. */
export const once = <T>(make: () => Promise<T>): Once<T> => {
  let value: Promise<T> | undefined
  const get = (): Promise<T> => {
    if (!value) {
      const attempt = make()
      value = attempt
      attempt.catch(() => {
        if (value === attempt) value = undefined
      })
    }
    return value
  }
  return Object.assign(get, { peek: () => value })
}
