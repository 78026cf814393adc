/** What drafting did for a model since it was loaded. */
export interface DraftTally {
  /** Steps that computed drafted tokens with the next one. */
  steps: number
  drafted: number
  /** Drafted tokens that the model wrote. */
  accepted: number
}

/**
 * Measures, for one model while it answers, whether drafting pays: what a step with several rows takes against a plain one,
 * and how often the next token is the guessed one. The latter is seen at every token, drafted or not, and costs nothing.
 */
export interface Payoff {
  readonly tally: Readonly<DraftTally>
  /** For one answer: texts differ more than models. */
  answer(): AnswerPayoff
}

export interface AnswerPayoff {
  /** How many tokens are worth drafting behind a match of that length, `most` at most; 0 = none. */
  worth(match: number, most: number): number
  /** What was guessed behind a match of that length was right, or not. */
  guessed(match: number, right: boolean): void
  /** @param ms undefined where others were in the way. */
  stepped(ms: number | undefined, count: { drafted: number; accepted: number }): void
}

/** Kernels work on rows by fours at best, so a step has one of these sizes; fewer sizes are known sooner. */
const ROWS = [4, 8, 16, 32] as const
export const MOST_DRAFTED: number = ROWS.at(-1)! - 1

/** Less is within what the measurement may be wrong by. */
const LEAST_GAIN = 1.05
/** Plain steps before the first draft: without them no step with drafts can be judged. */
const LEAST_PLAIN = 4
/** Latest samples that a time is taken from. */
const SAMPLES = 16
/** A size is known after so many samples, until so many tokens were written without it. */
const TRIALS = 2
const KNOWN_FOR = 128
/** An unknown size is tried where it gains so much even if a row costs no less than in the size below. */
const TRIAL_GAIN = 0.85
/** Of the smallest, whose rows may cost as much as plain steps: what it may lose is the least. */
const FIRST_TRIAL_GAIN = 0.75
/** Time that drafting may have cost, of the answer's: beyond it there is none. */
const MOST_LOST = 0.004
/** In plain steps: allowed beside the share, so that a short answer can try at all. */
const GRACE = 1
/** What the model's other answers say counts as this many guesses of the present one. */
const MODEL_WEIGHT = 4

export const createPayoff = (): Payoff => {
  const tally: DraftTally = { steps: 0, drafted: 0, accepted: 0 }
  const plain = createSamples()
  const costs = new Map(ROWS.map((rows) => [rows as number, { times: createSamples(), seenAt: 0 }]))
  const model = createRates(MODEL_PRIOR, 200)
  let tokens = 0
  let plainAt = 0

  const answer = (): AnswerPayoff => {
    const own = createCounts(100)
    /** Milliseconds. */
    let spent = 0
    let lost = 0
    /** Most rows of a step: what one may lose is staked step by step. */
    let reach: number = ROWS[0]
    const likely = (match: number): number => {
      const { right, all } = own.of(match)
      return (right + MODEL_WEIGHT * model.rate(match)) / (all + MODEL_WEIGHT)
    }
    /** Tokens that a step with so many rows writes. */
    const expected = (match: number, rows: number): number => {
      let sum = 1
      let chance = 1
      for (let drafted = 0; drafted < rows - 1; drafted++) {
        chance *= likely(match + drafted)
        sum += chance
      }
      return sum
    }
    return {
      worth(match, most) {
        if (match === 0 || plain.count() < LEAST_PLAIN || tokens - plainAt > KNOWN_FOR) return 0
        if (lost > MOST_LOST * spent + GRACE * plain.mean()) return 0
        let best = { rows: 0, gain: LEAST_GAIN }
        /** Of the size below; a row more never costs more than a plain step. */
        let below = { rows: 1, ratio: 1 }
        for (const [rows, { times, seenAt }] of costs) {
          if (rows - 1 > most) break
          const known = times.count() >= TRIALS && tokens - seenAt <= KNOWN_FOR
          const cost = known ? times.mean() / plain.mean() : (below.ratio * rows) / below.rows
          const gain = expected(match, rows) / cost
          if (!known && gain >= (rows === ROWS[0] ? FIRST_TRIAL_GAIN : TRIAL_GAIN)) return Math.min(rows, reach) - 1
          if (!known) break
          if (gain > best.gain) best = { rows, gain }
          below = { rows, ratio: cost }
        }
        return Math.max(0, Math.min(best.rows, reach) - 1)
      },
      guessed(match, right) {
        own.add(match, right)
        model.add(match, right)
      },
      stepped(ms, { drafted, accepted }) {
        tokens += 1 + accepted
        if (drafted > 0) {
          tally.steps++
          tally.drafted += drafted
          tally.accepted += accepted
          if (accepted === drafted && drafted + 1 === reach) reach = Math.min(reach * 2, MOST_DRAFTED + 1)
          else if (accepted * 2 < drafted) reach = Math.max(ROWS[0], (drafted + 1) / 2)
        }
        if (ms === undefined) return
        spent += ms
        if (drafted === 0) {
          plain.add(ms)
          plainAt = tokens
          return
        }
        const cost = costs.get(drafted + 1)
        if (cost) {
          if (tokens - cost.seenAt > KNOWN_FOR) cost.times.clear()
          cost.times.add(ms)
          cost.seenAt = tokens
        }
        lost += ms - (1 + accepted) * plain.mean()
      },
    }
  }
  return { tally, answer }
}

/** How often a guess is right before anything was measured, by length of match. */
const MODEL_PRIOR = [0.3, 0.45, 0.55, 0.65, 0.75, 0.85, 0.9]
const MATCHES = [3, 4, 6, 8, 12, 20, Infinity]
const bucket = (match: number): number => MATCHES.findIndex((end) => match < end)

const createCounts = (most: number) => {
  const counts = MATCHES.map(() => ({ right: 0, all: 0 }))
  return {
    of: (match: number): { right: number; all: number } => counts[bucket(match)]!,
    add(match: number, right: boolean): void {
      const count = counts[bucket(match)]!
      if (count.all >= most) {
        count.right /= 2
        count.all /= 2
      }
      count.all++
      if (right) count.right++
    },
  }
}

const createRates = (prior: readonly number[], most: number) => {
  const counts = createCounts(most)
  return {
    rate(match: number): number {
      const { right, all } = counts.of(match)
      return (right + 10 * prior[bucket(match)]!) / (all + 10)
    },
    add: counts.add,
  }
}

const createSamples = () => {
  const values: number[] = []
  return {
    count: (): number => values.length,
    clear: (): void => void values.splice(0),
    add(value: number): void {
      values.push(value)
      if (values.length > SAMPLES) values.shift()
    },
    /** A mean, for a short step is rarely interrupted and a long one always, without the longest eighth: bursts. */
    mean(): number {
      const kept = values.toSorted((a, b) => a - b).slice(0, values.length - (values.length >> 3))
      return kept.reduce((sum, value) => sum + value, 0) / (kept.length || 1)
    },
  }
}
