/** The one more try that wrong arguments get from a model that cannot write them again by themselves. */
export interface Repair {
  /** The present step is such a try: the choice of tools is that of the step before it. */
  readonly active: boolean
  /** What became of a call of the present step. */
  note(tool: string, wrong: boolean): void
  /** Behind a step: whether the next one is a try. A tool gets no second one until it took its arguments. */
  next(): boolean
}

export const createRepair = (): Repair => {
  const tried = new Set<string>()
  const wrong = new Set<string>()
  let active = false
  return {
    get active() {
      return active
    },
    note(tool, isWrong) {
      if (isWrong) wrong.add(tool)
      else tried.delete(tool)
    },
    next() {
      const fresh = [...wrong].filter((tool) => !tried.has(tool))
      for (const tool of fresh) tried.add(tool)
      wrong.clear()
      active = fresh.length > 0
      return active
    },
  }
}
