import { createMessage, type JsonValue, LOCAL, type LoopState, RtError, type StreamPart, type Tool } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer, type ScriptedModel } from '@rt/core/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createPassThroughAssembler } from '../__fixtures__/pass-through-assembler.ts'
import { tool } from '../tool.ts'
import type { LoopOptions } from './loop-options.ts'
import { runLoop } from './run-loop.ts'

const call = (name: string, args: JsonValue = { path: 'a.txt' }, id?: string): ScriptedAnswer => ({
  toolCalls: [{ name, arguments: args, ...(id && { id }) }],
})
const scripted = (...answers: ScriptedAnswer[]): ScriptedModel => createScriptedModel({ answers })
const createRemove = (ran: string[], more: Partial<Tool> = {}): Tool => ({
  ...tool({
    name: 'remove',
    description: 'Removes a file',
    inputSchema: z.object({ path: z.string() }),
    execute: ({ path }) => {
      ran.push(path)
      return { removed: path }
    },
  }),
  ...more,
})
const options = (model: ScriptedModel, more: Partial<LoopOptions>): LoopOptions => ({
  model,
  messages: [createMessage('user', 'tidy up')],
  assembler: createPassThroughAssembler(),
  principal: LOCAL,
  ...more,
})
const read = async (given: LoopOptions): Promise<StreamPart[]> => {
  const parts: StreamPart[] = []
  for await (const part of runLoop(given)) parts.push(part)
  return parts
}
const of = <T extends StreamPart['type']>(parts: StreamPart[], type: T): Extract<StreamPart, { type: T }>[] =>
  parts.filter((part): part is Extract<StreamPart, { type: T }> => part.type === type)
const results = (parts: StreamPart[]): JsonValue[] => of(parts, 'tool-result').map(({ result }) => result)

describe('permission', () => {
  test('a policy allows, asks or denies, and sees what it judges', async () => {
    const ran: string[] = []
    const judged: unknown[] = []
    const parts = await read(
      options(scripted(call('remove', { path: 'a' }), call('remove', { path: 'b' }), 'done'), {
        tools: [createRemove(ran)],
        policy: {
          judge: ({ tool: { name }, input, tainted, principal }) => {
            judged.push({ name, input, tainted, principal })
            return (input as { path: string }).path === 'a' ? { type: 'allow' } : { type: 'deny', reason: 'not b.' }
          },
        },
      }),
    )
    expect(ran).toEqual(['a'])
    expect(judged).toEqual(
      ['a', 'b'].map((path) => ({ name: 'remove', input: { path }, tainted: false, principal: LOCAL })),
    )
    expect(results(parts)).toMatchObject([{ removed: 'a' }, { error: { code: 'forbidden' } }])
  })

  test.each([true, false])('a person who is there decides: %s', async (approved) => {
    const ran: string[] = []
    const asked: unknown[] = []
    const parts = await read(
      options(scripted(call('remove'), 'done'), {
        tools: [createRemove(ran, { approval: true })],
        approve: async (request) => {
          asked.push(request)
          return { approved, reason: 'because' }
        },
      }),
    )
    expect(asked).toMatchObject([{ name: 'remove', arguments: { path: 'a.txt' }, principal: LOCAL }])
    expect(ran).toEqual(approved ? ['a.txt'] : [])
    if (!approved) expect(results(parts)).toMatchObject([{ error: { code: 'approval_denied' } }])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  test('with nobody to ask and nowhere to wait it does not run', async () => {
    const ran: string[] = []
    const parts = await read(
      options(scripted(call('remove'), 'done'), { tools: [createRemove(ran, { approval: true })] }),
    )
    expect(ran).toEqual([])
    expect(results(parts)).toMatchObject([{ error: { code: 'approval_required' } }])
  })

  test('what others wrote taints the run: passages, marked messages, results of untrusted tools', async () => {
    const seen: boolean[] = []
    const policy: LoopOptions['policy'] = {
      judge: ({ tainted }) => {
        seen.push(tainted)
        return { type: 'allow' }
      },
    }
    const page = createRemove([], { untrusted: true })
    await read(
      options(scripted(call('remove', { path: '1' }), call('remove', { path: '2' }), 'x'), { tools: [page], policy }),
    )
    expect(seen).toEqual([false, true])
    seen.length = 0
    const message = { ...createMessage('user', 'x'), untrusted: true as const }
    await read(options(scripted(call('remove'), 'x'), { tools: [createRemove([])], policy, messages: [message] }))
    const passage = { id: '1', source: 's', headings: [], text: 't', start: 0, end: 1, score: 1 }
    await read(options(scripted(call('remove'), 'x'), { tools: [createRemove([])], policy, retrieved: [passage] }))
    expect(seen).toEqual([true, true])
  })
})

describe('a run that waits', () => {
  const suspend = async (ran: string[]): Promise<{ parts: StreamPart[]; state: LoopState }> => {
    const states: LoopState[] = []
    const answer = { toolCalls: ['a', 'b'].map((path) => ({ name: 'remove', arguments: { path }, id: path })) }
    const parts = await read(
      options(scripted(answer), {
        tools: [createRemove(ran, { approval: (input) => (input as { path: string }).path === 'b' })],
        checkpoint: async (state) => void states.push(state),
        runId: 'r1',
      }),
    )
    // As it comes back from a database.
    return { parts, state: JSON.parse(JSON.stringify(states.at(-1))) as LoopState }
  }

  test('runs what needs nobody, asks for the rest, and ends with a state that says where it is', async () => {
    const ran: string[] = []
    const { parts, state } = await suspend(ran)
    expect(ran).toEqual(['a'])
    expect(of(parts, 'approval-request')).toMatchObject([
      { id: 'b', name: 'remove', arguments: { path: 'b' }, run: 'r1' },
    ])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'approval' })
    expect(state).toMatchObject({ step: 1, calls: 1, pending: [{ id: 'b', name: 'remove' }] })
    expect(state.written.map(({ role }) => role)).toEqual(['assistant', 'tool'])
  })

  test.each([true, false])('goes on in another process with what was decided: %s', async (approved) => {
    const ran: string[] = []
    const { state } = await suspend(ran)
    ran.length = 0
    const model = scripted('done')
    const decided = { ...state, pending: state.pending.map((one) => ({ ...one, decision: { approved } })) }
    const parts = await read(
      options(model, { tools: [createRemove(ran, { approval: true })], resume: decided, checkpoint: async () => {} }),
    )
    expect(ran).toEqual(approved ? ['b'] : [])
    expect(results(parts)).toMatchObject([approved ? { removed: 'b' } : { error: { code: 'approval_denied' } }])
    expect(of(parts, 'step-start')).toMatchObject([{ step: 2 }])
    expect(model.requests[0]!.messages.map(({ role }) => role)).toEqual(['user', 'assistant', 'tool', 'tool'])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  test('a decision about other arguments counts for nothing', async () => {
    const ran: string[] = []
    const { state } = await suspend(ran)
    const forged = state.pending.map((one) => ({ ...one, arguments: { path: '/' }, decision: { approved: true } }))
    ran.length = 0
    const parts = await read(
      options(scripted('done'), {
        tools: [createRemove(ran, { approval: true })],
        resume: { ...state, pending: forged },
        checkpoint: async () => {},
      }),
    )
    expect(ran).toEqual([])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'approval' })
  })

  test.each([
    ['neither', {}, []],
    ['idempotent', { idempotent: true }, ['b']],
    ['without side effects', { sideEffects: [] }, ['b']],
  ] as [string, Partial<Tool>, string[]][])(
    'a call that was under way when the process ended is made again only where that does no harm: %s',
    async (_, more, again) => {
      const ran: string[] = []
      const { state } = await suspend(ran)
      ran.length = 0
      const begun = state.pending.map(({ reason: _reason, ...call }) => ({ ...call, decision: { approved: true } }))
      const parts = await read(
        options(scripted('done'), {
          tools: [createRemove(ran, { approval: true, ...more })],
          resume: { ...state, pending: begun },
          checkpoint: async () => {},
        }),
      )
      expect(ran).toEqual(again)
      if (again.length === 0) expect(results(parts)).toMatchObject([{ error: { code: 'tool_failed' } }])
      expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
    },
  )

  test('an approved call is marked as begun before it runs', async () => {
    const { state } = await suspend([])
    const states: LoopState[] = []
    const decided = state.pending.map((call) => ({ ...call, decision: { approved: true } }))
    await read(
      options(scripted('done'), {
        tools: [createRemove([], { approval: true, execute: async () => states.length })],
        resume: { ...state, pending: decided },
        checkpoint: async (given) => void states.push(given),
      }),
    ).then((parts) => expect(results(parts)).toEqual([1]))
    expect(states[0]!.pending).toMatchObject([{ id: 'b', decision: { approved: true } }])
    expect(states[0]!.pending[0]).not.toHaveProperty('reason')
  })

  test('a checkpoint names the calls before they run', async () => {
    const before: number[] = []
    await read(
      options(scripted(call('remove'), 'x'), {
        tools: [createRemove([])],
        checkpoint: async ({ pending }) => void before.push(pending.length),
      }),
    )
    expect(before).toEqual([1, 0])
  })
})

describe('caps', () => {
  const forever = (more: Partial<LoopOptions>): Promise<StreamPart[]> => {
    let n = 0
    const model = createScriptedModel({ answers: () => call('remove', { path: String(n++) }) })
    return read(options(model, { tools: [createRemove([])], ...more }))
  }

  test.each([
    ['step', { limits: { steps: 2 } }, 2],
    ['call', { limits: { calls: 3, steps: 99 } }, 3],
    ['token', { limits: { tokens: 1, steps: 99 } }, 1],
    ['cost', { limits: { usd: 0.5, steps: 99 }, cost: () => 0.2 }, 3],
  ] as [string, Partial<LoopOptions>, number][])('%s', async (name, more, steps) => {
    const parts = await forever(more)
    expect(of(parts, 'step-start')).toHaveLength(steps)
    expect(of(parts, 'warning')).toMatchObject([{ id: `${name}-limit` }])
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'limit' })
  })

  test('a predicate ends it', async () => {
    const parts = await forever({ stopWhen: ({ calls }) => calls === 2 })
    expect(of(parts, 'step-start')).toHaveLength(2)
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: 'stop' })
  })

  test('the same call is told that it was made, and then the run ends', async () => {
    const ran: string[] = []
    const parts = await read(
      options(scripted(call('remove')), { tools: [createRemove(ran)], limits: { steps: 99, repeats: 2 } }),
    )
    expect(ran).toHaveLength(2)
    expect(results(parts).slice(2)).toMatchObject([{ error: { code: 'conflict' } }, { error: { code: 'conflict' } }])
    expect(of(parts, 'warning')).toMatchObject([{ id: 'repeat-limit' }])
  })
})

describe('steps', () => {
  test('may each have their own model, tools, instructions and choice', async () => {
    const [first, second] = [scripted(call('remove')), scripted('done')]
    await read(
      options(first, {
        tools: [createRemove([]), { ...createRemove([]), name: 'keep' }],
        prepareStep: ({ step, calls }) =>
          step === 1 ? { tools: ['remove'] } : { model: second, toolChoice: 'none', sampling: { seed: calls } },
      }),
    )
    expect(first.requests[0]!.tools!.map(({ name }) => name)).toEqual(['remove'])
    expect(second.requests[0]).toMatchObject({ toolChoice: 'none', sampling: { seed: 1 } })
  })

  test('a tool that is not shown cannot be called; one that a selector brings can', async () => {
    const ran: string[] = []
    const found = createRemove(ran)
    const parts = await read(
      options(scripted(call('hidden'), call('remove'), 'x'), {
        tools: [{ ...createRemove(ran), name: 'hidden' }],
        selector: { select: async () => [found] },
      }),
    )
    expect(ran).toEqual(['a.txt'])
    expect(results(parts)).toMatchObject([{ error: { code: 'tool_not_found' } }, { removed: 'a.txt' }])
  })

  test('tools that want to be alone are, and progress comes while they run', async () => {
    let open = 0
    const most: number[] = []
    const slow: Tool = {
      ...createRemove([]),
      sequential: true,
      execute: async function* () {
        open++
        yield 'half'
        most.push(open--)
        yield 'all'
      },
    }
    const answer = { toolCalls: ['a', 'b'].map((path) => ({ name: 'remove', arguments: { path }, id: path })) }
    const parts = await read(options(scripted(answer, 'x'), { tools: [slow] }))
    expect(most).toEqual([1, 1])
    expect(
      parts.flatMap((part) => (part.type === 'tool-progress' || part.type === 'tool-result' ? [part.result] : [])),
    ).toEqual(['half', 'all', 'all', 'half', 'all', 'all'])
  })

  test('a guard sees the arguments of a call first', async () => {
    const ran: string[] = []
    const parts = await read(
      options(scripted(call('remove', { path: 'x' }), call('remove', { path: 'secret' }), 'x'), {
        tools: [createRemove(ran)],
        guard: {
          beforeTool: async (_, args) => {
            if ((args as { path: string }).path === 'secret')
              throw new RtError({ code: 'guard_blocked', message: 'no secrets.' })
            return { path: 'y' }
          },
        },
      }),
    )
    expect(ran).toEqual(['y'])
    expect(results(parts)).toMatchObject([{ removed: 'y' }, { error: { code: 'guard_blocked' } }])
  })
})
