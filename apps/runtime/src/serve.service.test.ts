import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import type { Trace, TraceSpan } from '@rt/observe/trace'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  gone,
  HANDBOOK,
  type RunningCommand,
  runCommand,
  startCommand,
  startProgram,
  temporaryFolder,
} from './__fixtures__/command.ts'

const MODEL = 'smollm2:135m'

/** Every process below one, by the parent ids the system reports. */
const descendants = (pid: number): number[] => {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
  const below = (parent: number): number[] =>
    rows.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...below(child)])
  return below(pid)
}

describe('rt serve', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let server: RunningCommand
  let client: OpenAI

  beforeAll(async () => {
    folder = await temporaryFolder()
    await runCommand(['ingest', HANDBOOK, '--data', folder.path])
    server = startCommand(['serve', '--port', '0', '--data', folder.path])
    const [address] = await server.said(/http:\/\/\S+/)
    client = new OpenAI({ baseURL: `${address}/v1`, apiKey: 'none', maxRetries: 0 })
    await server.said(/ready/)
  })
  afterAll(async () => {
    server.child.kill('SIGTERM')
    await server.exit
    await folder[Symbol.asyncDispose]()
  })

  it('answers the openai client', async () => {
    const { choices, usage } = await client.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'Say hello.' }],
      max_tokens: 16,
      temperature: 0,
    })
    expect(choices[0]?.message.content).toMatch(/\w/)
    expect(usage!.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens)
  })

  it('streams to it, the same text as without streaming', async () => {
    const request = {
      model: MODEL,
      messages: [{ role: 'user' as const, content: 'Name three colours.' }],
      max_tokens: 24,
      temperature: 0,
    }
    const whole = await client.chat.completions.create(request)
    let text = ''
    let usage
    for await (const chunk of await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
    }
    expect(text).toBe(whole.choices[0]?.message.content)
    expect(usage?.completion_tokens).toBe(whole.usage?.completion_tokens)
  })

  it('returns a forced tool call whose arguments fit the schema', async () => {
    const { choices } = await client.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'What is the weather in Bergen in celsius?' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            parameters: {
              type: 'object',
              properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
              required: ['city', 'unit'],
            },
          },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
      temperature: 0,
    })
    const call = choices[0]!.message.tool_calls![0]!
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(call.type === 'function' && call.function.name).toBe('get_weather')
    const args = JSON.parse(call.type === 'function' ? call.function.arguments : '') as { city: string; unit: string }
    expect(args.city).toMatch(/Bergen/)
    expect(['celsius', 'fahrenheit']).toContain(args.unit)
  })

  it('embeds', async () => {
    const { data } = await client.embeddings.create({
      model: 'bge-small-en-v1.5',
      input: ['a meal in Oslo', 'lunch in Norway', 'a tax form'],
    })
    const dot = (a: number, b: number): number =>
      data[a]!.embedding.reduce((sum, value, i) => sum + value * data[b]!.embedding[i]!, 0)
    expect(data[0]?.embedding).toHaveLength(384)
    expect(dot(0, 1)).toBeGreaterThan(dot(0, 2))
  })

  it('refuses a prompt that does not fit, with the numbers', async () => {
    const content = 'word '.repeat(9000)
    await expect(
      client.chat.completions.create({ model: MODEL, messages: [{ role: 'user', content }] }),
    ).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/\d{4,}.*\d{4}/s),
    })
  })

  it('does what other commands ask of it', async () => {
    const search = await runCommand(['search', 'meal allowance in Oslo', '--data', folder.path, '--json'])
    expect(JSON.parse(search.stdout)[0]).toMatchObject({ source: 'handbook/travel.md' })
    const ingest = await runCommand(['ingest', HANDBOOK, '--data', folder.path, '--json'])
    expect(JSON.parse(ingest.stdout)).toMatchObject({ unchanged: 12, added: 0 })
  })

  it('names who owns the folder to a second server', async () => {
    const second = await runCommand(['serve', '--port', '0', '--data', folder.path])
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('error  folder_owned')
    expect(second.stderr).toContain(String(server.child.pid))
    expect(second.stderr).toMatch(/http:\/\/127\.0\.0\.1:\d+/)
  })

  it('ends one stream with one error when the engine host is killed, and answers the next request', async () => {
    const stream = await client.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'Count to a thousand, one by one.' }],
      max_tokens: 900,
      stream: true,
    })
    let killed = false
    await expect(async () => {
      for await (const chunk of stream) {
        if (killed || !chunk.choices[0]?.delta.content) continue
        killed = true
        for (const pid of hosts(server)) process.kill(pid, 'SIGKILL')
      }
    }).rejects.toThrow(/engine/)
    const { choices } = await client.chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'Say hello.' }],
      max_tokens: 8,
    })
    expect(choices[0]?.message.content).toMatch(/\w/)
  })

  it('shows chat, retrieval and tool spans of one request with tokens and cost', async () => {
    await using other = await temporaryFolder()
    const program = startProgram(join(import.meta.dirname, '__fixtures__/one-trace.ts'), [other.path, HANDBOOK])
    expect(await program.exit).toBe(0)
    const { stdout } = await runCommand(['trace', 'last', '--json', '--data', other.path])
    const trace = JSON.parse(stdout) as Trace
    const [root] = trace.spans
    const named = (name: string): TraceSpan[] => root!.children.filter((span) => span.name === name)
    expect(trace).toMatchObject({ name: 'request', status: 'ok', cost: { usd: 0, unpriced: [] } })
    expect(named('retrieval default')).toMatchObject([
      { attributes: { 'gen_ai.usage.input_tokens': expect.any(Number) } },
    ])
    expect(named('execute_tool get_weather')).toHaveLength(1)
    const chats = named(`chat ${MODEL}`)
    expect(chats).toHaveLength(2)
    for (const { attributes } of chats) expect(attributes['gen_ai.usage.input_tokens']).toBeGreaterThan(20)
    const output = chats.reduce((sum, { attributes }) => sum + Number(attributes['gen_ai.usage.output_tokens']), 0)
    expect(trace.usage.output).toBe(output)
  })
})

const hosts = ({ child }: RunningCommand): number[] => descendants(child.pid!)

describe('an end, however it comes', () => {
  it('ends with an error when the model does not exist, though it listens already', async () => {
    await using folder = await temporaryFolder()
    const { code, stderr } = await runCommand(['serve', '--port', '0', '--data', folder.path, '--model', 'smolm2:135m'])
    expect(code).toBe(1)
    expect(stderr).toContain('error  model_not_found: no model is called "smolm2:135m".')
    expect(stderr).toContain('Did you mean smollm2:135m (installed)')
  })

  it('Ctrl-C while the model loads ends it at once', async () => {
    await using folder = await temporaryFolder()
    const server = startCommand(['serve', '--port', '0', '--data', folder.path])
    await server.said(/listening/)
    server.child.kill('SIGINT')
    expect(await server.exit).toBe(130)
  })

  it('loses nothing of an acknowledged ingest when killed', async () => {
    await using folder = await temporaryFolder()
    const fixture = join(import.meta.dirname, '__fixtures__/ingest-then-wait.ts')
    const program = startProgram(fixture, [folder.path, HANDBOOK])
    const [, chunks] = await program.said(/acknowledged (\d+)/)
    program.child.kill('SIGKILL')
    await program.exit
    const { stdout } = await runCommand(['search', 'meal allowance in Oslo', '--data', folder.path, '--json'])
    expect(JSON.parse(stdout)[0]).toMatchObject({ source: 'handbook/travel.md' })
    const again = JSON.parse((await runCommand(['ingest', HANDBOOK, '--data', folder.path, '--json'])).stdout)
    expect(again).toMatchObject({ added: 0, changed: 0, embedded: 0, chunks: Number(chunks) })
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('%s leaves no child behind', async (signal) => {
    await using folder = await temporaryFolder()
    const server = startCommand(['serve', '--port', '0', '--data', folder.path])
    await server.said(/ready/)
    const children = descendants(server.child.pid!)
    expect(children.length).toBeGreaterThan(0)
    server.child.kill(signal)
    expect(await server.exit).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 0)
    await gone(children)
  })

  it('Ctrl-C during a long answer ends it at once, with 130 and no child', async () => {
    await using folder = await temporaryFolder()
    const chat = startCommand(['chat', 'Count to a thousand, one number after the other.', '--data', folder.path])
    await chat.said(/\w{3}/)
    const children = descendants(chat.child.pid!)
    chat.child.kill('SIGINT')
    expect(await chat.exit).toBe(130)
    await gone(children)
  })
})
