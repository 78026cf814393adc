import type { Metric } from '@rt/core'
import type { Bitmap, SlotHits } from '../../../indexes/index.ts'
import type { QuerySample } from './query-sample.ts'
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
  /** Real queries. */
  sample: QuerySample
  random?: () => number
}

const NEIGHBOURS = 10
/** Queries kept, and replayed a measurement. */
export const CANARY_QUERIES = 64
/** Fewer real queries than this say little: mixtures of stored vectors stand in. */
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

export const createCanary = ({ target, everyMs, ef: before, sample, random = Math.random }: CanaryOptions): Canary => {
  let ef = before ?? DEFAULT_EF
  let recall: number | undefined
  let seenWhenMeasured = -Infinity
  let versionWhenMeasured = -Infinity
  let measuredAt = -Infinity
  let running: { steps: Generator<void, void>; version: number } | undefined
  /** The last measurement was made without real queries. */
  let stoodIn = false

  const measure = function* (subject: CanarySubject): Generator<void, void> {
    const truths: Truth[] = []
    stoodIn = sample.queries.length < FEW_QUERIES
    for (const query of stoodIn ? standIns(subject, random) : [...sample.queries]) {
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
    (stoodIn && sample.queries.length >= FEW_QUERIES) ||
    (now - measuredAt >= everyMs &&
      (sample.seen - seenWhenMeasured >= STALE_AFTER || subject.version - versionWhenMeasured >= STALE_AFTER))

  return {
    get ef() {
      return ef
    },
    get recall() {
      return recall
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
      ;[seenWhenMeasured, versionWhenMeasured, measuredAt] = [sample.seen, subject.version, now]
      return false
    },
  }
}

/** Two searches of the same pair may round differently. */
const isAsGood = (metric: Metric, raw: number, bound: number): boolean => {
  const slack = 1e-6 * Math.max(1, Math.abs(bound))
  return metric === 'l2' ? raw <= bound + slack : raw >= bound - slack
}

/**
 * Mixtures of two stored vectors, mostly of the first. A vector of the graph itself would be too easy: its links lead to
 * its neighbours.
 */
const standIns = ({ slots, vector }: CanarySubject, random: () => number): Float32Array[] => {
  const found: Float32Array[] = []
  for (let tries = 0; tries < 8 * CANARY_QUERIES && found.length <= CANARY_QUERIES; tries++) {
    const stored = vector(Math.floor(random() * slots))
    if (stored) found.push(stored)
  }
  return found.slice(1).map((main, i) => main.map((value, at) => 0.7 * value + 0.3 * found[i]![at]!))
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
