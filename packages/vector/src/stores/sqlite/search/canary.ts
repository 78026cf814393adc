import type { Metric } from '@rt/core'
import type { Bitmap, SlotHits } from '../../../indexes/index.ts'
import { chooseEf, DEFAULT_EF, EF_STEPS, type RecallPoint } from './choose-ef.ts'

/** What the canary replays queries on. */
export interface CanarySubject {
  readonly metric: Metric
  /** One past the highest slot. */
  readonly slots: number
  readonly bytes: number
  /** Grows with every change of the data or of the graph. */
  readonly version: number
  exact(query: Float32Array, k: number, only: Bitmap | undefined): SlotHits
  approximate(query: Float32Array, k: number, ef: number): SlotHits
  /** A stored vector; undefined for an empty slot. */
  vector(slot: number): Float32Array | undefined
}

/** Replays real queries exactly, and holds the recall of a graph to its target by moving `ef`. */
export interface Canary {
  readonly ef: number
  /** When it was last measured. */
  readonly recall: number | undefined
  /** A query that was served. Some are kept, in memory alone. */
  sample(query: Float32Array): void
  /** One small piece of work; false when there is nothing to do. */
  step(subject: CanarySubject, now: number): boolean
}

export interface CanaryOptions {
  /** Share of the true neighbours. */
  target: number
  /** Least time between two measurements. */
  everyMs: number
  /** From an earlier run. */
  ef?: number | undefined
  random?: () => number
}

const NEIGHBOURS = 10
/** Queries kept, and replayed a measurement. */
const QUERIES = 64
/** Fewer real queries than this say little: stored vectors stand in. */
const FEW_QUERIES = 16
/** A measurement is due after so many queries or changes. */
const STALE_AFTER = 256
/** Queries sent through the graph in one piece of work. */
const QUERIES_A_STEP = 8
/** What an exact comparison reads in one piece of work, about. */
const BYTES_A_STEP = 32 * 1024 * 1024

interface Truth {
  query: Float32Array
  /** Raw score of the last of the true neighbours, and how many there are. */
  bound: number
  count: number
}

export const createCanary = ({ target, everyMs, ef: before, random = Math.random }: CanaryOptions): Canary => {
  let ef = before ?? DEFAULT_EF
  let recall: number | undefined
  let seen = 0
  let seenWhenMeasured = -Infinity
  let versionWhenMeasured = -Infinity
  let measuredAt = -Infinity
  let running: { steps: Generator<void, void>; version: number } | undefined
  const kept: Float32Array[] = []

  const measure = function* (subject: CanarySubject): Generator<void, void> {
    const truths: Truth[] = []
    for (const query of kept.length >= FEW_QUERIES ? [...kept] : storedQueries(subject, random)) {
      const raws: number[] = []
      for (const piece of pieces(subject)) {
        raws.push(...subject.exact(query, NEIGHBOURS, piece).raw)
        yield
      }
      const best = raws.toSorted((a, b) => (subject.metric === 'l2' ? a - b : b - a)).slice(0, NEIGHBOURS)
      if (best.length) truths.push({ query, bound: best.at(-1)!, count: best.length })
    }
    if (!truths.length) return
    const points = new Map<number, number>()
    const recallAt = function* (step: number): Generator<void, number> {
      let found = 0
      let wanted = 0
      for (const [place, truth] of truths.entries()) {
        const hits = subject.approximate(truth.query, NEIGHBOURS, step)
        found += Math.min(truth.count, hits.raw.filter((raw) => isAsGood(subject.metric, raw, truth.bound)).length)
        wanted += truth.count
        if (place % QUERIES_A_STEP === QUERIES_A_STEP - 1) yield
      }
      points.set(step, found / wanted)
      return found / wanted
    }
    const safe = target + (1 - target) / 2
    const present = yield* recallAt(ef)
    // Upwards until it is good, downwards until it is not.
    if (present < safe) for (const step of EF_STEPS) if (step > ef && (yield* recallAt(step)) >= safe) break
    if (present >= safe)
      for (const step of EF_STEPS.toReversed()) if (step < ef && (yield* recallAt(step)) < target) break
    const curve: RecallPoint[] = [...points]
      .map(([at, share]) => ({ ef: at, recall: share }))
      .toSorted((a, b) => a.ef - b.ef)
    ef = chooseEf(curve, ef, target)
    recall = points.get(ef)
  }

  const isDue = (subject: CanarySubject, now: number): boolean =>
    recall === undefined ||
    (now - measuredAt >= everyMs &&
      (seen - seenWhenMeasured >= STALE_AFTER || subject.version - versionWhenMeasured >= STALE_AFTER))

  return {
    get ef() {
      return ef
    },
    get recall() {
      return recall
    },
    sample(query) {
      seen++
      if (kept.length < QUERIES) return void kept.push(query)
      // Of the last thousand or so, each as likely as another.
      const place = Math.floor(random() * Math.min(seen, 16 * QUERIES))
      if (place < QUERIES) kept[place] = query
    },
    step(subject, now) {
      // What was compared before a change says nothing about after.
      if (running && running.version !== subject.version) running = undefined
      if (!running) {
        if (!isDue(subject, now)) return false
        running = { steps: measure(subject), version: subject.version }
      }
      if (!running.steps.next().done) return true
      running = undefined
      ;[seenWhenMeasured, versionWhenMeasured, measuredAt] = [seen, subject.version, now]
      return false
    },
  }
}

/** Two searches of the same pair may round differently. */
const isAsGood = (metric: Metric, raw: number, bound: number): boolean => {
  const slack = 1e-6 * Math.max(1, Math.abs(bound))
  return metric === 'l2' ? raw <= bound + slack : raw >= bound - slack
}

const storedQueries = ({ slots, vector }: CanarySubject, random: () => number): Float32Array[] => {
  const queries: Float32Array[] = []
  for (let tries = 0; tries < 4 * QUERIES && queries.length < QUERIES; tries++) {
    const found = vector(Math.floor(random() * slots))
    if (found) queries.push(found)
  }
  return queries
}

/** All slots in ranges that are compared quickly; undefined: all at once. */
const pieces = ({ slots, bytes }: CanarySubject): (Bitmap | undefined)[] => {
  const count = Math.ceil(bytes / BYTES_A_STEP)
  if (count <= 1) return [undefined]
  const words = Math.ceil(slots / 32)
  const size = Math.ceil(words / count)
  return Array.from({ length: count }, (_, piece) => {
    const start = piece * size
    const end = Math.min(words, start + size)
    return { words: new Uint32Array(words).fill(0xffffffff, start, end), count: Math.max(0, end - start) * 32 }
  })
}
