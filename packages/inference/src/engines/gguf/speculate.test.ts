import { readFile } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { LlamaContextSequence } from 'node-llama-cpp'
import { expect, test } from 'vitest'
import type { Payoff } from './payoff.ts'
import { speculate } from './speculate.ts'

// speculate.ts stands on these. When this fails after an update of node-llama-cpp, read its LlamaContext.js again, correct
// what no longer holds, run speculate.model.test.ts, and only then change the lines below.
test('the internals that speculation stands on are those that were read', async () => {
  const manifest = findPackageJSON('node-llama-cpp', import.meta.url)!
  expect(JSON.parse(await readFile(manifest, 'utf8')).version).toBe('3.22.1')
  const methods = LlamaContextSequence.prototype as unknown as Record<string, (...values: never[]) => unknown>
  const evaluate = String(methods['_evaluate'])
  expect(evaluate).toContain('await this._decodeTokens(evalTokens, logitsArray, evaluationPriority,')
  expect(evaluate).toContain('const lastDecodeResult = decodeResult[evalTokens.length - 1];')
  // Nothing is written to the object that stands in for the sequence.
  expect(evaluate).not.toMatch(/this\._\w+ = /)
  const decode = String(methods['_decodeTokens'])
  expect(decode).toContain('this._nextTokenIndex += tokensToDecode.length;')
  expect(decode).toContain('this._contextTokens = this._contextTokens.concat(tokensToDecode);')
  expect(decode).toContain('currentTokenIndex + (contextStateTokenIndex - this._nextTokenIndex)')
  const erase = String(methods['_eraseContextTokenRanges'])
  expect(erase).toContain('this._context._ctx.removeTokenCellsFromSequence(this._sequenceId, range.start, range.end)')
})

const END = 999

/** A sequence whose model writes a script, whatever it reads. It keeps cells as llama.cpp does, apart from the list of tokens. */
const createSequence = (script: readonly number[]) => {
  const cells: number[] = []
  const sizes: number[] = []
  const sequence = {
    _sequenceId: 0,
    _nextTokenIndex: 0,
    _contextTokens: [] as number[],
    get nextTokenIndex() {
      return this._nextTokenIndex
    },
    get contextTokens() {
      return this._contextTokens.slice()
    },
    _context: {
      _ctx: {
        removeTokenCellsFromSequence(_: number, start: number, end: number) {
          cells.splice(start, end - start)
          return true
        },
      },
    },
    async eraseContextTokenRanges([range]: { start: number; end: number }[]) {
      const { start, end } = range!
      cells.splice(start, end - start)
      this._contextTokens.splice(start, end - start)
      this._nextTokenIndex -= end - start
    },
    async _decodeTokens(
      tokens: number[],
      logits: boolean[],
      ...[, , , sample]: [unknown, unknown, unknown, (place: number, index: number) => unknown, unknown]
    ) {
      sizes.push(tokens.length)
      const results: unknown[] = []
      const first = cells.length
      cells.push(...tokens)
      for (const index of tokens.keys()) if (logits[index]) results[index] = await sample(first + index, index)
      this._nextTokenIndex += tokens.length
      this._contextTokens = this._contextTokens.concat(tokens)
      return results
    },
  }
  return { sequence, cells, sizes, next: (place: number): number => script[place + 1] ?? END }
}

const fixedPayoff = (count: number): Payoff & { counted: { drafted: number; accepted: number }[] } => {
  const counted: { drafted: number; accepted: number }[] = []
  return {
    tally: { steps: 0, drafted: 0, accepted: 0 },
    counted,
    answer: () => ({
      worth: (match, most) => (match > 0 ? Math.max(0, Math.min(count, most)) : 0),
      guessed: () => {},
      stepped: (_, count) => void counted.push(count),
    }),
  }
}

interface Run {
  script: number[]
  promptLength: number
  drafts: number
  quiet?: () => boolean
  most?: number
  /** What is fed in place of the n-th token. */
  instead?: Map<number, number[]>
  /** Behind these tokens another grammar applies: what was sampled behind them no longer counts. */
  drops?: number[]
}

/** Asks for tokens as `evaluate` does. */
const run = async ({ script, promptLength, drafts, quiet = () => true, most = 500, instead, drops = [] }: Run) => {
  const { sequence, cells, sizes, next } = createSequence(script)
  const payoff = fixedPayoff(drafts)
  const lane = { id: 0, alone: false, decoding: true, drafting: false }
  const written: number[] = []
  const stood = speculate(sequence as unknown as LlamaContextSequence, {
    model: { isEogToken: (token) => token === END },
    lane,
    payoff,
    quiet,
    room: () => most - written.length,
  })
  const seen: number[][] = []
  const inner = stood.sequence as unknown as typeof sequence
  let feed = script.slice(0, promptLength)
  while (written.length < most) {
    const logits: boolean[] = []
    logits[feed.length - 1] = true
    const results = await inner._decodeTokens(
      feed,
      logits,
      0,
      0,
      0,
      async (place) => {
        await Promise.resolve()
        seen.push([...written, ...stood.ahead])
        return next(place)
      },
      0,
    )
    const token = results[feed.length - 1] as number
    if (token === END) break
    const fed = instead?.get(written.length) ?? [token]
    if (drops.includes(written.length)) stood.drop()
    written.push(...fed)
    feed = fed
  }
  expect(lane.drafting).toBe(false)
  expect(sequence._contextTokens).toEqual(cells)
  expect(sequence._nextTokenIndex).toBe(cells.length)
  return { written, seen, cells, sizes, counted: payoff.counted }
}

const line = (from: number, length: number): number[] => Array.from({ length }, (_, index) => from + index)
/** A prompt, then an answer that copies it with a change now and then. */
const COPY = [...line(1, 60), ...line(1, 20), 500, ...line(22, 10), 501, 502, ...line(33, 20)]

test.each([1, 3, 7, 31])(
  '%i drafted tokens a step change no token, and what was in vain is taken back',
  async (drafts) => {
    const plain = await run({ script: COPY, promptLength: 60, drafts: 0 })
    const { written, sizes, counted, cells } = await run({ script: COPY, promptLength: 60, drafts })
    expect(plain.written).toEqual(COPY.slice(60))
    expect(written).toEqual(plain.written)
    expect(cells).toEqual(plain.cells)
    expect(sizes.length).toBeLessThan(plain.sizes.length * 0.75)
    const accepted = counted.reduce((sum, one) => sum + one.accepted, 0)
    expect(accepted + counted.length).toBe(written.length)
  },
)

test('each token is sampled once, with all tokens before it in sight', async () => {
  const { written, seen } = await run({ script: COPY, promptLength: 60, drafts: 7 })
  expect(seen).toEqual([...written, END].map((_, index) => written.slice(0, index)))
})

test('nothing is drafted in company, or past the room', async () => {
  const alone = await run({ script: COPY, promptLength: 60, drafts: 7, quiet: () => false })
  expect(new Set(alone.sizes.slice(1))).toEqual(new Set([1]))
  const short = await run({ script: COPY, promptLength: 60, drafts: 31, most: 12 })
  expect(short.written).toEqual(COPY.slice(60, 72))
  expect(short.seen).toHaveLength(12)
  // The last one is written and not read.
  expect(short.cells).toEqual(COPY.slice(0, 71))
})

test('an end that was guessed is sampled, and nothing behind it', async () => {
  const script = [1, 2, 3, END, 5, 6, 7, 1, 2, 3, END, 5, 6, 7]
  const { written, seen } = await run({ script, promptLength: 8, drafts: 5 })
  expect(written).toEqual([2, 3])
  expect(seen).toHaveLength(3)
})

test('what is fed in place of a token wins over what was found behind it', async () => {
  const instead = new Map([[10, [700, 701]]])
  const plain = await run({ script: COPY, promptLength: 60, drafts: 0, instead })
  const { written, cells } = await run({ script: COPY, promptLength: 60, drafts: 7, instead })
  expect(written).toEqual(plain.written)
  expect(cells).toEqual(plain.cells)
})

test('where another grammar begins what was found behind is sampled anew, and only that', async () => {
  const plain = await run({ script: COPY, promptLength: 60, drafts: 7 })
  const { written, cells, seen } = await run({ script: COPY, promptLength: 60, drafts: 7, drops: [4, 30] })
  expect(written).toEqual(COPY.slice(60))
  expect(cells).toEqual(plain.cells)
  const again = seen.filter((before, index) => seen.findIndex((other) => other.join() === before.join()) < index)
  expect(again.map((before) => before.length)).toContain(5)
})
