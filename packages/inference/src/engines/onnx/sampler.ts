import { penaltyWindow, type ResolvedSampling } from '../../driver-kit/sampling.ts'
import { createRandom } from './random.ts'

/** Picks the next token. */
export interface Sampler {
  /** @param logits one for each token of the vocabulary; changed. @param written tokens of the answer so far. */
  pick(logits: Float32Array, written: readonly number[]): number
}

/**
 * Sampling in the order of llama.cpp, so that the same values mean the same with either engine: penalties, topK, topP,
 * minP, temperature, then a draw. The same seed draws the same.
 */
export const createSampler = (sampling: ResolvedSampling): Sampler => {
  const random = createRandom(sampling.seed)
  return {
    pick(logits, written) {
      punish(logits, penaltyWindow(written, sampling.repeatLastTokens), sampling)
      if (sampling.temperature === 0) return argmax(logits)
      return draw(narrow(logits, sampling), logits, { temperature: sampling.temperature, at: random() })
    },
  }
}

const punish = (
  logits: Float32Array,
  window: readonly number[],
  { repeatPenalty, presencePenalty, frequencyPenalty }: ResolvedSampling,
): void => {
  const counts = new Map<number, number>()
  for (const token of window) counts.set(token, (counts.get(token) ?? 0) + 1)
  for (const [token, count] of counts) {
    const logit = logits[token]!
    logits[token] =
      (logit > 0 ? logit / repeatPenalty : logit * repeatPenalty) - count * frequencyPenalty - presencePenalty
  }
}

const argmax = (logits: Float32Array): number => {
  let best = 0
  for (let token = 1; token < logits.length; token++) if (logits[token]! > logits[best]!) best = token
  return best
}

/** Tokens that may be drawn, the likeliest first. Without topK, only as many are sorted as topP and minP leave. */
const narrow = (logits: Float32Array, { topK, topP, minP }: ResolvedSampling): number[] => {
  const most = topK > 0 ? Math.min(topK, logits.length) : logits.length
  for (let count = topK > 0 ? most : Math.min(most, 256); ; count = most) {
    const best = largest(logits, count)
    const top = logits[best[0]!]!
    // With topK the shares are those among the k; else those of the whole vocabulary.
    const sum = sumOfPowers(topK > 0 ? best.map((token) => logits[token]!) : logits, top)
    const kept = countKept(best, (token) => Math.exp(logits[token]! - top) / sum, { topP, minP })
    if (kept < count || count === most) return best.slice(0, kept)
  }
}

const sumOfPowers = (logits: ArrayLike<number>, top: number): number => {
  let sum = 0
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - top)
  return sum
}

const countKept = (
  tokens: number[],
  share: (token: number) => number,
  { topP, minP }: Pick<ResolvedSampling, 'topP' | 'minP'>,
): number => {
  const least = share(tokens[0]!) * minP
  let sum = share(tokens[0]!)
  let kept = 1
  while (kept < tokens.length && sum < topP && share(tokens[kept]!) >= least) sum += share(tokens[kept++]!)
  return kept
}

const draw = (tokens: number[], logits: Float32Array, { temperature, at }: { temperature: number; at: number }) => {
  const top = logits[tokens[0]!]!
  const weights = tokens.map((token) => Math.exp((logits[token]! - top) / temperature))
  let left = at * weights.reduce((sum, weight) => sum + weight, 0)
  const index = weights.findIndex((weight) => (left -= weight) < 0)
  return tokens[index < 0 ? tokens.length - 1 : index]!
}

/** Sorting numbers without a comparison is native: a vocabulary of 50,000 takes 15 ms, a heap of few less than one. */
const LARGEST_HEAP = 512

/** Tokens of the largest logits, largest first; of equals the first. */
const largest = (logits: Float32Array, count: number): number[] =>
  count <= LARGEST_HEAP ? heapLargest(logits, count) : sortLargest(logits, count)

/** Each logit as a whole number of the same order, its token in the last 21 bits: exact below 2^53. */
const sortLargest = (logits: Float32Array, count: number): number[] => {
  const bits = new Uint32Array(logits.buffer, logits.byteOffset, logits.length)
  const keys = new Float64Array(bits.length)
  for (let token = 0; token < keys.length; token++) {
    const bit = bits[token]!
    keys[token] = (bit & 0x80000000 ? bit : ~(bit | 0x80000000) >>> 0) * 2 ** 21 + token
  }
  keys.sort()
  const best = Array.from<number>({ length: count })
  for (let i = 0; i < count; i++) best[i] = keys[i]! % 2 ** 21
  return best
}

/** The root is the smallest kept. */
const heapLargest = (logits: Float32Array, count: number): number[] => {
  const order = (a: number, b: number): number => logits[b]! - logits[a]! || a - b
  const heap: number[] = []
  const sink = (from: number): void => {
    for (let at = from; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2]
      let small = at
      if (left < heap.length && order(heap[left]!, heap[small]!) > 0) small = left
      if (right < heap.length && order(heap[right]!, heap[small]!) > 0) small = right
      if (small === at) return
      ;[heap[at], heap[small]] = [heap[small]!, heap[at]!]
      at = small
    }
  }
  for (let token = 0; token < logits.length; token++) {
    if (heap.length < count) {
      heap.push(token)
      if (heap.length === count) for (let at = count >> 1; at >= 0; at--) sink(at)
    } else if (logits[token]! > logits[heap[0]!]!) {
      heap[0] = token
      sink(0)
    }
  }
  return heap.toSorted(order)
}
