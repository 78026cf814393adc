/** A sequence of a context as the plan sees it. */
export interface Lane {
  /** Place of its sequence in the context. Work of the sequence carries it as its evaluation priority. */
  readonly id: number
  /** Its steps are computed by themselves: rows of another batch size differ in their last bits. */
  alone: boolean
  /** It writes an answer: its next step is on its way. */
  decoding: boolean
  /** Its step computes guessed tokens with the next one. */
  drafting: boolean
}

/** Work that a context has queued for one sequence. */
export interface QueuedItem {
  readonly tokens: readonly unknown[]
  readonly evaluationPriority: number
}

/** Steps that wrote tokens of answers, since the model was loaded. */
export interface BatchTally {
  /** Steps, without those of lanes that go alone. */
  steps: number
  /** Answers that got a token in them. */
  rows: number
  /** Answers that were being written meanwhile, in all contexts of the model. */
  streams: number
  /** Lanes of all contexts of the model. */
  readonly lanes: Set<Lane>
}

export interface BatchPlan {
  readonly lanes: readonly Lane[]
  /** What to compute next; nothing = ask again at once. */
  next<I extends QueuedItem>(queue: { items: readonly I[] }): { item: I; processAmount: number }[]
}

export const createBatchTally = (): BatchTally => ({ steps: 0, rows: 0, streams: 0, lanes: new Set() })

/** The context asks again within microtasks. A stream that comes back at all does so after about ten questions. */
const MOST_QUESTIONS = 200

/**
 * Orders the work of one context in rounds: one step of all answers together, one step of each that goes alone, and one
 * piece of one prompt. So each answer gets one token a round, and a long prompt delays the others by a piece at a time.
 *
 * As shipped a context starts the next batch while the last of its sequences is still on its way back, and two streams
 * never meet. So a step waits until all that are being written have queued.
 *
 * Pieces are never mixed with steps: llama.cpp would split such a batch anyway, and rows stay as exact as in an idle
 * context. It also splits where sequence numbers do not rise by one, hence the sorting: unsorted, eight streams are
 * hardly faster than one.
 */
export const createBatchPlan = (size: number, tally: BatchTally): BatchPlan => {
  const lanes = Array.from({ length: size }, (_, id): Lane => ({ id, alone: false, decoding: false, drafting: false }))
  /** What had its turn in this round. */
  const served = new Set<Lane | 'step' | 'piece'>()
  /** Being written, but not back in time: nobody waits for them before they are. */
  const late = new Set<Lane>()
  let questions = 0

  const countStep = (rows: number): void => {
    const streams = [...tally.lanes].filter(({ alone, decoding }) => decoding && !alone).length
    tally.steps++
    tally.rows += rows
    tally.streams += Math.max(rows, streams)
  }

  return {
    lanes,
    next({ items }) {
      const queued = items.map((item) => ({ item, lane: lanes[item.evaluationPriority]! }))
      const present = new Set(queued.map(({ lane }) => lane))
      for (const lane of present) late.delete(lane)
      const isStep = ({ item, lane }: (typeof queued)[number]): boolean => lane.drafting || item.tokens.length === 1
      const pieces = queued.filter((each) => !isStep(each))
      const steps = queued.filter(isStep)
      const together = steps.filter(({ lane }) => !lane.alone)
      const missing = lanes.filter((lane) => lane.decoding && !lane.alone && !present.has(lane) && !late.has(lane))

      for (let round = 0; round < 2; round++) {
        const single = steps.find(({ lane }) => lane.alone && !served.has(lane))
        if (single) {
          served.add(single.lane)
          return [whole(single)]
        }
        if (!served.has('step')) {
          if (missing.length && questions++ < MOST_QUESTIONS) return []
          questions = 0
          for (const lane of missing.splice(0)) late.add(lane)
          if (together.length) {
            served.add('step')
            countStep(together.length)
            return together.toSorted((a, b) => a.lane.id - b.lane.id).map(whole)
          }
        }
        if (pieces[0] && !served.has('piece')) {
          served.add('piece')
          return [whole(pieces[0])]
        }
        served.clear()
      }
      return []
    },
  }
}

const whole = <I extends QueuedItem>({ item }: { item: I }): { item: I; processAmount: number } => ({
  item,
  processAmount: item.tokens.length,
})
