import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import type { Lane } from './batch-plan.ts'
import { createLookupDrafter } from './lookup-drafter.ts'
import { MOST_DRAFTED, type Payoff } from './payoff.ts'

export interface Speculation {
  /** To evaluate with, instead of the sequence it was made of. */
  readonly sequence: LlamaContextSequence
  /** Tokens of the running step that were sampled and not passed on yet: penalties must see them. */
  readonly ahead: readonly Token[]
  /** Tokens that were sampled and not passed on yet no longer count: from here on another grammar applies, or none. */
  drop(): void
}

export interface SpeculateOptions {
  model: Pick<LlamaModel, 'isEogToken'>
  lane: Lane
  payoff: Payoff
  /** Whether a step may draft now. Steps in company are not measured either. */
  quiet: () => boolean
  /** Most tokens that are still to be written; the context holds them. */
  room: () => number
  clock?: () => number
}

/**
 * Guesses the next tokens where the text repeats something, has the model compute them together with the next one, and
 * keeps those that it samples itself, one after another, with the sampler it would have used. So bias, penalties and
 * grammar act on each token as without; only the logits may differ in their last bits, as rows of another batch size do.
 * What was computed in vain is taken back.
 *
 * `controlledEvaluate` samples every row, also behind a wrong guess, and knows no grammar. So this stands in the way of
 * `evaluate`, which asks for one token at a time and gets what is there already. All that is used of the binding's
 * internals is here; `speculate.test.ts` fails when they change.
 */
export const speculate = (
  llama: LlamaContextSequence,
  { model, lane, payoff, quiet, room, clock = () => performance.now() }: SpeculateOptions,
): Speculation => {
  const inner = llama as unknown as InnerSequence
  const answer = payoff.answer()
  const drafter = createLookupDrafter()
  /** What was sampled behind a token, before `evaluate` asked for it. */
  let found: { behind: Token; next: Token }[] = []
  let ahead: Token[] = []
  let stale = false
  /** The prompt is read to its end. */
  let started = false
  /** The drafter knows it. */
  let begun = false

  const read = (tokens: readonly Token[]): void => {
    for (const token of tokens) {
      if (begun && drafter.match > 0) answer.guessed(drafter.match, drafter.draft(1)[0] === token)
      drafter.push(token)
    }
  }
  const verify = async (
    token: Token,
    drafted: Token[],
    [priority, meter, shift, sample, after]: Rest,
  ): Promise<Token[]> => {
    const rows = [token, ...drafted]
    const results: Token[] = []
    const start = llama.nextTokenIndex
    let removed = true
    ahead = results
    lane.drafting = true
    try {
      await inner._decodeTokens(
        rows,
        rows.map(() => true),
        priority,
        meter,
        shift,
        async (place, index) => {
          const right = index === 0 || (results[index - 1] === rows[index] && !model.isEogToken(rows[index]))
          if (right && results.length === index) results.push((await sample(place, index)) as Token)
          // Here, where the context is held: to wait for it could take as long as others read their prompts.
          if (index === rows.length - 1 && results.length < rows.length)
            removed = inner._context._ctx.removeTokenCellsFromSequence(
              inner._sequenceId,
              start + results.length,
              start + rows.length,
            )
        },
        after,
      )
    } finally {
      lane.drafting = false
      ahead = []
    }
    const surplus = rows.length - results.length
    if (!removed) await llama.eraseContextTokenRanges([{ start: start + results.length, end: start + rows.length }])
    else if (surplus > 0) {
      inner._nextTokenIndex -= surplus
      inner._contextTokens = inner._contextTokens.slice(0, -surplus)
    }
    return results
  }

  const step = async (token: Token, rest: Rest): Promise<Token[]> => {
    const undisturbed = quiet()
    const count = undisturbed ? answer.worth(drafter.match, Math.min(MOST_DRAFTED, room() - 1)) : 0
    const drafted = drafter.draft(count) as Token[]
    const since = clock()
    const results = drafted.length
      ? await verify(token, drafted, rest)
      : await inner._decodeTokens([token], [true], ...rest)
    const ms = undisturbed && quiet() ? clock() - since : undefined
    answer.stepped(ms, { drafted: drafted.length, accepted: results.length - 1 })
    return results
  }

  const decode: InnerSequence['_decodeTokens'] = async (tokens, logits, ...rest) => {
    const [token] = tokens
    const known = found.shift()
    const current = !stale
    stale = false
    if (known && current && tokens.length === 1 && token === known.behind) {
      read(tokens)
      return [known.next]
    }
    if (known) {
      // Something else is to stand behind the last token, or it was sampled under another grammar.
      const vain = 1 + found.splice(0).length
      const end = llama.nextTokenIndex
      await llama.eraseContextTokenRanges([{ start: end - vain, end }])
    }
    if (!started) {
      // The end of the prompt. What comes before the first token is not delayed.
      started = true
      return await inner._decodeTokens(tokens, logits, ...rest)
    }
    if (!begun) {
      read(llama.contextTokens)
      begun = true
    }
    read(tokens)
    if (token === undefined || tokens.length > 1) return await inner._decodeTokens(tokens, logits, ...rest)
    const results = await step(token, rest)
    found = results.slice(1).map((next, index) => ({ behind: results[index]!, next }))
    return results.slice(0, 1)
  }
  return {
    sequence: Object.create(llama, { _decodeTokens: { value: decode } }) as LlamaContextSequence,
    get ahead() {
      return ahead
    },
    drop() {
      stale = true
    },
  }
}

type Rest = [
  priority: unknown,
  meter: unknown,
  shift: unknown,
  sample: (place: number, index: number) => unknown,
  after: unknown,
]

interface InnerSequence {
  readonly _sequenceId: number
  readonly _context: {
    readonly _ctx: { removeTokenCellsFromSequence(sequence: number, start: number, end: number): boolean }
  }
  _nextTokenIndex: number
  _contextTokens: Token[]
  _decodeTokens(tokens: Token[], logits: boolean[], ...rest: Rest): Promise<Token[]>
}
