import { createMessage, type Guard, type JsonValue, LOCAL, RtError, type StreamPart, type TokenLogprob } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer } from '@rt/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { tool } from '../tool.ts'
import { runLoop } from './run-loop.ts'

/** Shows `secret` as `***`, holds back what may be its beginning, and refuses `bomb`. */
const createHider = (): Guard => ({
  answer: () => {
    let held = ''
    const show = (text: string): string => {
      if (text.includes('bomb')) throw new RtError({ code: 'guard_blocked', message: 'no bombs.' })
      return text.replaceAll('secret', '***')
    }
    return {
      push(text) {
        const all = held + text
        const cut = /s(?:e(?:c(?:r(?:e)?)?)?)?$/.exec(all)?.index ?? all.length
        held = all.slice(cut)
        return show(all.slice(0, cut))
      },
      end() {
        const rest = show(held)
        held = ''
        return rest
      },
    }
  },
})

const ran: JsonValue[] = []
const note = tool({
  name: 'note',
  description: 'Keeps a text',
  inputSchema: z.object({ text: z.string() }),
  execute: (input) => {
    ran.push(input)
    return 'kept'
  },
})

const read = async (answers: ScriptedAnswer[], guard: Guard = createHider(), redecode?: boolean) => {
  ran.length = 0
  const model = createScriptedModel({ answers })
  if (redecode) {
    Object.assign(model.capabilities, { redecode: true })
    Object.assign(model, { redecode: async function* () {} })
  }
  const parts: StreamPart[] = []
  for await (const part of runLoop({
    model,
    messages: [createMessage('user', 'hi')],
    assembler: createPassThroughAssembler(),
    principal: LOCAL,
    tools: [note],
    guard,
  }))
    parts.push(part)
  return { parts, model }
}
const deltas = (...texts: string[]): StreamPart[] => texts.map((text) => ({ type: 'text-delta', text }))
const finish = (finishReason: 'stop' | 'tool-calls'): StreamPart => ({
  type: 'finish',
  finishReason,
  usage: { input: 1, cacheRead: 0, cacheWrite: 0, output: 1, reasoning: 0 },
})
const shown = (parts: StreamPart[]): string[] =>
  parts.flatMap((part) => {
    if (part.type === 'text-delta') return [part.text]
    if (part.type === 'reasoning-delta') return [`(${part.text})`]
    if (part.type === 'tool-call-delta') return [`<${part.delta}>`]
    if (part.type === 'tool-call-start' || part.type === 'tool-call-end') return [part.type]
    return []
  })

describe('a guard of answers', () => {
  test('sees text in pieces, and what it held back comes before whatever follows', async () => {
    const { parts } = await read([
      {
        parts: [
          ...deltas('the se', 'cret is s', 'ecr'),
          { type: 'reasoning-delta', text: 'a secr' },
          { type: 'reasoning-delta', text: 'et', provider: { p: { s: 1 } } },
          ...deltas('s'),
          finish('stop'),
        ],
      },
    ])
    expect(shown(parts)).toEqual(['the ', '*** is ', 'secr', '(a )', '(***)', 's'])
    expect(parts.find((part) => part.type === 'reasoning-delta' && part.provider)).toMatchObject({ text: '***' })
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  test('sees arguments while they are written; what it leaves of them is shown, kept and run', async () => {
    const call: StreamPart[] = [
      ...deltas('ok s'),
      { type: 'tool-call-start', id: 'c', name: 'note' },
      { type: 'tool-call-delta', id: 'c', delta: '{"text":"a sec' },
      { type: 'tool-call-delta', id: 'c', delta: 'ret"}' },
      { type: 'tool-call-end', id: 'c', name: 'note', arguments: { text: 'a secret' } },
      finish('tool-calls'),
    ]
    for (const redecode of [false, true]) {
      const { parts, model } = await read([{ parts: call }, 'done'], createHider(), redecode)
      expect(shown(parts).slice(0, 6).join(' ')).toBe('ok  s tool-call-start <{"text":"a > <***"}> tool-call-end')
      expect(ran).toEqual([{ text: 'a ***' }])
      expect(JSON.stringify(model.requests[1])).not.toContain('secret')
    }
  })

  test('drops how likely tokens were where it changed the text', async () => {
    const logprobs: TokenLogprob[] = [{ token: 'x', logprob: -1, top: [] }]
    const { parts } = await read([
      {
        parts: [
          { type: 'text-delta', text: 'as is ', logprobs },
          { type: 'text-delta', text: 'secret', logprobs },
          finish('stop'),
        ],
      },
    ])
    expect(parts.filter(({ type }) => type === 'text-delta')).toEqual([
      { type: 'text-delta', text: 'as is ', logprobs },
      { type: 'text-delta', text: '***' },
    ])
  })

  test.each(['midway', 'at the end'])('ends an answer %s with content-filter; what was shown stays', async (when) => {
    const { parts, model } = await read([
      { parts: [...deltas('this is ', 'a ', 'bomb', ...(when === 'midway' ? [' and more'] : [])), finish('stop')] },
      'never',
    ])
    expect(shown(parts)).toEqual(['this is ', 'a '])
    expect(parts.find(({ type }) => type === 'warning')).toMatchObject({ id: 'guard-blocked', message: 'no bombs.' })
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'content-filter' })
    expect(model.requests).toHaveLength(1)
  })

  test('a refusal while the rest is held back ends it too', async () => {
    const guard: Guard = {
      answer: () => ({
        push: async () => '',
        end: async () => {
          throw new RtError({ code: 'guard_blocked', message: 'no.' })
        },
      }),
    }
    const { parts } = await read(['something'], guard)
    expect(shown(parts)).toEqual([])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'content-filter' })
  })

  test('calls before the refusal do not run, and are answered', async () => {
    const { parts } = await read([
      {
        parts: [
          { type: 'tool-call-start', id: 'c', name: 'note' },
          { type: 'tool-call-end', id: 'c', name: 'note', arguments: { text: 'x' } },
          ...deltas('bomb'),
          finish('tool-calls'),
        ],
      },
    ])
    expect(ran).toEqual([])
    expect(parts.find(({ type }) => type === 'tool-result')).toMatchObject({
      id: 'c',
      isError: true,
      result: { error: { code: 'guard_blocked' } },
    })
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'content-filter' })
  })

  test('a guard that fails in any other way ends the run with its error', async () => {
    const guard: Guard = {
      answer: () => ({
        push: () => {
          throw new RtError({ code: 'model_unavailable', message: 'gone.' })
        },
        end: () => '',
      }),
    }
    const { parts } = await read(['something'], guard)
    expect(shown(parts)).toEqual([])
    expect(parts.at(-1)).toMatchObject({ type: 'error', error: { code: 'model_unavailable' } })
  })
})
