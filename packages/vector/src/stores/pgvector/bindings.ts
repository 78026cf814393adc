/** Values of one statement. Names and values of callers get into SQL by no other way. */
export interface Bindings {
  readonly values: unknown[]
  /** The place of a value, `$1`; the same value twice has two places. */
  bind(value: unknown): string
}

export const createBindings = (): Bindings => {
  const values: unknown[] = []
  return { values, bind: (value) => `$${values.push(value)}` }
}
