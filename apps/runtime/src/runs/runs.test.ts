import {
  collect,
  emptyUsage,
  type Generation,
  type Message,
  messageText,
  type Provider,
  type StreamPart,
  type Tool,
} from '@rt/core'
import { createScriptedModel, type ScriptedAnswer, type ScriptedModel } from '@rt/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createRuntime, tool } from '../index.ts'
import type { Runtime, RuntimeOptions } from '../runtime.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let rt: Runtime
let model: ScriptedModel
const ran: string[] = []
/** Set by a test: how long the tool takes. */
let hang: (signal: AbortSignal) => Promise<void>

const inputSchema = z.object({ path: z.string() })
const remove: Tool = {
  ...tool({
    name: 'remove',
    description: 'Removes a file',
    inputSchema,
    execute: async ({ path }, { signal }) => {
      ran.push(path)
      await hang(signal)
      return { removed: path }
    },
  }),
  approval: (input) => (input as { path: string }).path !== 'free',
}

const open = async (answers: ScriptedAnswer[], more: Partial<RuntimeOptions> = {}): Promise<Runtime> => {
  model = createScriptedModel({ id: 'here/scripted', answers, capabilities: { local: false } })
  const here: Provider = { id: 'here', languageModel: () => model }
  const options: RuntimeOptions = { data: folder.path, config: false, embed: false, chat: 'here/scripted' }
  rt = await createRuntime({ ...options, providers: { here }, app: { tools: [remove] }, ...more })
  return rt
}
const reopen = async (answers: ScriptedAnswer[], more?: Partial<RuntimeOptions>): Promise<Runtime> => {
  await rt.close()
  return open(answers, more)
}

beforeEach(async () => {
  folder = await temporaryFolder()
  ran.length = 0
  hang = async () => {}
})
afterEach(async () => {
  await rt.close()
  await folder[Symbol.asyncDispose]()
})

const call = (path: string, id = path): { id: string; name: string; arguments: { path: string } } => ({
  id,
  name: 'remove',
  arguments: { path },
})
const calls = (...paths: string[]): ScriptedAnswer => ({ toolCalls: paths.map((path) => call(path)) })
const all = (stream: AsyncIterable<StreamPart>): Promise<StreamPart[]> => Array.fromAsync(stream)
const requestsOf = ({ parts }: Pick<Generation, 'parts'>) =>
  parts.flatMap((part) => (part.type === 'approval-request' ? [part] : []))
const shape = (messages: Message[]): string[] =>
  messages.map(({ role, parts }) => `${role}: ${parts.map(({ type }) => type).join(' ')}`)

/** A turn that waits, and what it asks for. */
const suspend = async (...paths: string[]) => {
  const turn = await rt.thread('ada').generate('tidy up')
  expect(turn.finishReason).toBe('approval')
  const asked = requestsOf(turn)
  expect(asked.map(({ arguments: args }) => args)).toEqual(paths.map((path) => ({ path })))
  return { turn, id: asked[0]!.run!, asked }
}

describe('a turn that needs a person', () => {
  it('waits in the data file, and goes on in another runtime', async () => {
    await open([calls('free', 'a')])
    const { id, asked } = await suspend('a')
    expect(ran).toEqual(['free'])
    // The thread has nothing of it yet.
    expect(await rt.thread('ada').messages()).toEqual([])
    expect(await rt.runs.list()).toMatchObject([{ id, status: 'waiting', thread: 'ada', live: false, calls: 1 }])

    await reopen(['Done.', 'You are welcome.'])
    const { call: _, ...seen } = { ...asked[0]!, call: '' }
    expect((await rt.runs.get(id)).pending).toMatchObject([{ id: 'a', hash: seen.hash, reason: seen.reason }])
    await rt.runs.approve(id, { call: 'a', hash: seen.hash })
    const rest = await collect(rt.runs.resume(id))
    expect(rest.text).toBe('Done.')
    expect(ran).toEqual(['free', 'a'])
    expect(await rt.runs.get(id)).toMatchObject({ status: 'finished', live: false, pending: [] })
    const kept = ['user: text', 'assistant: tool-call tool-call', 'tool: tool-result', 'tool: tool-result']
    expect(shape(await rt.thread('ada').messages())).toEqual([...kept, 'assistant: text'])

    // The next turn reads all of it, in order.
    await rt.thread('ada').generate('Thank you.')
    expect(shape(model.requests[1]!.messages).slice(1)).toEqual([...kept, 'assistant: text', 'user: text'])
  })

  it('tells the model that a person said no, and why', async () => {
    await open([calls('a'), 'As you like.'])
    const { id, asked } = await suspend('a')
    await rt.runs.deny(id, { call: 'a', hash: asked[0]!.hash, reason: 'it is mine' })
    expect((await collect(rt.runs.resume(id))).text).toBe('As you like.')
    expect(ran).toEqual([])
    expect(JSON.stringify(model.requests[1]!.messages)).toContain('it is mine')
  })

  it('runs what was approved, and waits again for the rest', async () => {
    await open([calls('a', 'b'), 'Done.'])
    const { id, asked } = await suspend('a', 'b')
    await rt.runs.approve(id, { call: 'b', hash: asked[1]!.hash })
    expect(await collect(rt.runs.resume(id))).toMatchObject({ finishReason: 'approval' })
    expect(ran).toEqual(['b'])
    await rt.runs.approve(id, { call: 'a', hash: asked[0]!.hash })
    expect(await collect(rt.runs.resume(id))).toMatchObject({ text: 'Done.' })
    expect(ran).toEqual(['b', 'a'])
  })

  it('is left to wait while nothing was decided', async () => {
    await open([calls('a')])
    const { id } = await suspend('a')
    expect(await all(rt.runs.resume(id))).toMatchObject([{ type: 'error', error: { code: 'approval_required' } }])
    expect(await rt.runs.get(id)).toMatchObject({ status: 'waiting' })
  })

  it('is gone on with once, whoever asks at the same time', async () => {
    await open([calls('a'), 'Done.'])
    const { id, asked } = await suspend('a')
    await rt.runs.approve(id, { call: 'a', hash: asked[0]!.hash })
    const both = await Promise.all([1, 2, 3].map(() => all(rt.runs.resume(id))))
    expect(both.map((parts) => parts.at(-1)!.type).toSorted()).toEqual(['error', 'error', 'finish'])
    expect(ran).toEqual(['a'])
    expect(await rt.thread('ada').messages()).toHaveLength(4)
  })

  it.each([
    ['another hash', { hash: 'f'.repeat(64) }, 'conflict'],
    ['another call', { call: 'b' }, 'not_found'],
    ['another principal', { principal: 'key_1' }, 'not_found'],
  ] as [string, { hash?: string; call?: string; principal?: string }, string][])(
    'takes no decision of %s',
    async (_, { principal, ...other }, code) => {
      await open([calls('a')])
      const { id, asked } = await suspend('a')
      const options = { ...(principal !== undefined && { principal }) }
      const decision = { call: 'a', hash: asked[0]!.hash, ...other }
      await expect(rt.runs.approve(id, decision, options)).rejects.toMatchObject({ code })
      await expect(rt.runs.deny(id, decision, options)).rejects.toMatchObject({ code })
      expect((await rt.runs.get(id)).pending[0]).not.toHaveProperty('decision')
    },
  )

  it('takes no second decision, and none when it has ended', async () => {
    await open([calls('a'), 'Done.'])
    const { id, asked } = await suspend('a')
    const decision = { call: 'a', hash: asked[0]!.hash }
    await rt.runs.deny(id, decision)
    await expect(rt.runs.approve(id, decision)).rejects.toMatchObject({ code: 'conflict' })
    await collect(rt.runs.resume(id))
    await expect(rt.runs.approve(id, decision)).rejects.toMatchObject({ code: 'conflict' })
    expect(await all(rt.runs.resume(id))).toMatchObject([{ type: 'error', error: { code: 'conflict' } }])
    expect(ran).toEqual([])
  })

  it('is not there for another principal', async () => {
    await open([calls('a'), 'Done.'])
    const { id, asked } = await suspend('a')
    const other = { principal: 'key_1' }
    await expect(rt.runs.get(id, other)).rejects.toMatchObject({ code: 'not_found' })
    await expect(rt.runs.cancel(id, other)).rejects.toMatchObject({ code: 'not_found' })
    expect(await rt.runs.list(other)).toEqual([])
    expect(await rt.runs.delete(id, other)).toBe(false)
    for (const stream of [rt.runs.stream(id, other), rt.runs.resume(id, other)])
      expect(await all(stream)).toMatchObject([{ type: 'error', error: { code: 'not_found' } }])
    await rt.runs.approve(id, { call: 'a', hash: asked[0]!.hash })
    expect(await all(rt.runs.resume(id, other))).toMatchObject([{ type: 'error', error: { code: 'not_found' } }])
    expect(ran).toEqual([])
  })

  it('of a client belongs to the client; the operator decides for it by its name', async () => {
    await open([calls('a'), 'Done.'])
    const messages = [{ v: 1 as const, id: 'm', role: 'user' as const, parts: [{ type: 'text' as const, text: 'x' }] }]
    const turn = await collect(rt.chat({ messages, principal: 'key_1', serverTools: ['remove'] }))
    const [asked] = requestsOf(turn)
    expect(await rt.runs.list()).toEqual([])
    const of = { principal: 'key_1' }
    await rt.runs.approve(asked!.run!, { call: 'a', hash: asked!.hash }, of)
    expect((await collect(rt.runs.resume(asked!.run!, of))).text).toBe('Done.')
    expect(ran).toEqual(['a'])
  })

  it('goes with its thread', async () => {
    await open([calls('a')])
    const { id } = await suspend('a')
    await rt.threads.delete('ada')
    await expect(rt.runs.get(id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('asks who is there, when the program says whom', async () => {
    await open([calls('a', 'b'), 'Done.'])
    const approve = async ({ arguments: args }: { arguments: unknown }): Promise<{ approved: boolean }> => ({
      approved: (args as { path: string }).path === 'b',
    })
    expect((await rt.thread('ada').generate('tidy up', { approve })).text).toBe('Done.')
    expect(ran).toEqual(['b'])
    expect(await rt.runs.list()).toEqual([])
  })

  it('keeps the tools a program gave as long as it lives, and says later that they are missing', async () => {
    const given = { ...remove, name: 'given' }
    const asks: ScriptedAnswer = { toolCalls: [{ ...call('a'), name: 'given' }] }
    await open([asks, asks, 'Done.'])
    const begin = async () => requestsOf(await rt.generate('x', { tools: [given] }))[0]!
    const [first, second] = [await begin(), await begin()]
    for (const { run, hash } of [first, second]) await rt.runs.approve(run!, { call: 'a', hash })
    expect((await collect(rt.runs.resume(first.run!))).text).toBe('Done.')
    await reopen(['Done.'])
    expect(await all(rt.runs.resume(second.run!))).toMatchObject([{ type: 'error', error: { code: 'unsupported' } }])
    expect((await collect(rt.runs.resume(second.run!, { tools: [given] }))).text).toBe('Done.')
  })
})

describe('a durable turn', () => {
  const begun = async (stream: AsyncIterable<StreamPart>): Promise<string> => {
    for await (const part of stream) if (part.type === 'start') return part.run!
    throw new Error('it did not start')
  }

  it('keeps what it streams: from offset 5 it is the tail of the whole', async () => {
    await open([calls('free'), 'one two three'])
    const parts = await all(rt.thread('ada').stream('x', { durable: true }))
    const [start] = parts
    const { run } = start as { run: string }
    expect(await all(rt.runs.stream(run))).toEqual(parts)
    expect(await all(rt.runs.stream(run, { after: 5 }))).toEqual(parts.slice(5))
    expect(await all(rt.runs.stream(run, { after: parts.length }))).toEqual(parts.slice(-1))
    expect(await all(rt.runs.stream(run, { after: 999 }))).toMatchObject([{ error: { code: 'invalid_request' } }])
    expect(await rt.runs.get(run)).toMatchObject({ status: 'finished', parts: parts.length })
    await reopen([])
    expect(await all(rt.runs.stream(run, { after: 5 }))).toEqual(parts.slice(5))
  })

  it('goes on when its reader leaves, and is followed by others', async () => {
    const free = Promise.withResolvers<void>()
    hang = () => free.promise
    await open([calls('free'), 'Done.'])
    const run = await begun(rt.thread('ada').stream('x', { durable: true }))
    expect(await rt.runs.get(run)).toMatchObject({ status: 'running', live: true })
    const following = [rt.runs.stream(run), rt.runs.stream(run, { after: 1 })].map(all)
    free.resolve()
    const [whole, tail] = await Promise.all(following)
    expect(whole!.at(-1)).toMatchObject({ type: 'finish' })
    expect(tail).toEqual(whole!.slice(1))
    expect(await rt.thread('ada').messages()).toHaveLength(4)
  })

  it('is cancelled by its id while a tool hangs', async () => {
    const hanging = Promise.withResolvers<AbortSignal>()
    hang = (signal) => {
      hanging.resolve(signal)
      return new Promise(() => {})
    }
    await open([calls('free'), 'Done.'])
    const reading = all(rt.thread('ada').stream('x', { durable: true }))
    const signal = await hanging.promise
    const { id } = (await rt.runs.list({ status: 'running' }))[0]!
    expect(await rt.runs.cancel(id)).toBe(true)
    expect(signal.aborted).toBe(true)
    expect((await reading).at(-1)).toMatchObject({ type: 'abort' })
    expect(await rt.runs.get(id)).toMatchObject({ status: 'cancelled', live: false })
    expect(await rt.runs.cancel(id)).toBe(false)
    expect(await rt.thread('ada').messages()).toEqual([])
  })

  it('that is interrupted by the end of its runtime goes on in the next', async () => {
    const hanging = Promise.withResolvers<void>()
    hang = () => {
      hanging.resolve()
      return new Promise(() => {})
    }
    await open([calls('free'), 'never'])
    const run = await begun(rt.thread('ada').stream('x', { durable: true }))
    await hanging.promise
    hang = async () => {}
    await reopen(['Done.'])
    expect(await rt.runs.get(run)).toMatchObject({ status: 'running', live: false })
    expect(await all(rt.runs.stream(run, { after: 1 })).then((parts) => parts.at(-1))).toMatchObject({
      type: 'error',
      error: { code: 'conflict', hint: expect.stringContaining(`rt runs resume ${run}`) },
    })
    expect((await collect(rt.runs.resume(run))).text).toBe('Done.')
    // Nobody said that it may be called twice.
    expect(ran).toEqual(['free'])
    expect(JSON.stringify(model.requests[0]!.messages)).toContain('nobody knows whether it did its work')
    expect((await collect(rt.runs.stream(run))).text).toBe('Done.')
    expect(await rt.thread('ada').messages()).toHaveLength(4)
  })

  it('answers once, also when its process ended between the answer and the note of it', async () => {
    await open(['Hi.', 'Hi again.'])
    const parts = await all(rt.thread('ada').stream('x', { durable: true }))
    const { run } = parts[0] as { run: string }
    await rt.close()
    const { DatabaseSync } = await import('node:sqlite')
    const database = new DatabaseSync(`${folder.path}/rt.db`)
    database.exec(`UPDATE memory_runs SET status = 'running'`)
    database.close()
    await open(['Hi again.'])
    expect((await all(rt.runs.resume(run))).at(-1)).toMatchObject({ type: 'finish', usage: emptyUsage() })
    expect((await rt.thread('ada').messages()).map(messageText)).toEqual(['x', 'Hi.'])
    expect(await rt.runs.get(run)).toMatchObject({ status: 'finished' })
  })

  it('that failed says why', async () => {
    await open([], {})
    const turn = await all(rt.thread('ada').stream('x', { durable: true, model: 'nowhere' }))
    expect(turn.at(-1)).toMatchObject({ type: 'error', error: { code: 'model_not_found' } })
    expect(await rt.runs.list()).toMatchObject([{ status: 'failed', error: { code: 'model_not_found' } }])
  })
})

it('any turn is cancelled by the id its start names', async () => {
  const hanging = Promise.withResolvers<void>()
  hang = () => {
    hanging.resolve()
    return new Promise(() => {})
  }
  await open([calls('free'), 'Done.'])
  const seen: StreamPart[] = []
  const reading = (async () => {
    for await (const part of rt.stream('x')) seen.push(part)
  })()
  await hanging.promise
  const { run } = seen[0] as { run: string }
  expect(await rt.runs.list()).toEqual([])
  await expect(rt.runs.cancel(run, { principal: 'key_1' })).rejects.toMatchObject({ code: 'not_found' })
  expect(await rt.runs.cancel(run)).toBe(true)
  await reading
  expect(seen.at(-1)).toMatchObject({ type: 'abort' })
})
