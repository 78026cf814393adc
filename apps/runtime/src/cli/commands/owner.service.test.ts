import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type {
  CostRow,
  DocumentInfo,
  IngestReport,
  Message,
  RetrievedChunk,
  RuntimeStatus,
  ThreadInfo,
  Trace,
} from '@rt/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HANDBOOK, type RunningCommand, runCommand, startCommand, temporaryFolder } from '../../__fixtures__/command.ts'

const MODEL = 'smollm2:135m'
const QUESTION = 'What may I spend on a meal in Oslo?'
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

/** One server and, beside it, every command as a second process: each must act through the owner of the folder. */
describe('commands beside rt serve', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let data: string
  let server: RunningCommand
  let address: string
  /** Of the answer that the first chat gave. */
  let traceId: string

  const rt = (args: string[], options: Parameters<typeof runCommand>[1] = {}) =>
    runCommand([...args, '--data', data], options)
  const json = async <T>(args: string[]): Promise<T> => {
    const { code, stdout, stderr } = await rt([...args, '--json'])
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout) as T
  }

  beforeAll(async () => {
    folder = await temporaryFolder()
    data = join(folder.path, 'data')
    server = startCommand(['serve', '--port', '0', '--data', data])
    address = (await server.said(/http:\/\/\S+/))[0]
    await server.said(/ready/)
  })
  afterAll(async () => {
    server.child.kill('SIGKILL')
    await server.exit
    await folder[Symbol.asyncDispose]()
  })

  it('ingest: the server reads, paths are those of the second process', async () => {
    const { code, stdout } = await rt(['ingest', basename(HANDBOOK)], { cwd: dirname(HANDBOOK) })
    expect(code).toBe(0)
    expect(stdout).toContain('12 files · 12 added')
    expect(stdout).toContain(`by the server at ${address}`)
    expect(await json<IngestReport>(['ingest', HANDBOOK])).toMatchObject({ unchanged: 12, embedded: 0, mode: 'hybrid' })
  })

  it('ingest: what fails is told, the rest is done, and the exit code says so', async () => {
    const docs = join(folder.path, 'docs')
    await mkdir(docs)
    await writeFile(join(docs, 'bad.md'), Buffer.from([0x61, 0xff, 0xfe, 0]))
    await writeFile(
      join(docs, 'evil.md'),
      '# Zebra \u001b]0;owned\u0007\u009b31m\n\nThe zebra quota is\u001b[2J seven.\n',
    )
    const { code, stdout } = await rt(['ingest', docs])
    expect(code).toBe(1)
    expect(stdout).toMatch(/failed +docs\/bad\.md/)
    expect(stdout).toContain('1 added')
    await mkdir(join(folder.path, 'none'))
    const none = await rt(['ingest', join(folder.path, 'none')])
    expect(none.code).toBe(1)
    expect(none.stderr).toMatch(/nothing to read.*\n.*\.md/)
  })

  it('search finds, and prints no control sequence of a document', async () => {
    const [first] = await json<RetrievedChunk[]>(['search', 'meal allowance in Oslo'])
    expect(first).toMatchObject({ source: 'handbook/travel.md' })
    const { stdout } = await rt(['search', 'zebra quota', '--limit', '1'])
    expect(stdout).toContain('docs/evil.md § Zebra')
    expect(stdout).not.toMatch(CONTROL)
    const missing = await rt(['search', 'x', '--collection', 'no-such'])
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('there is no collection "no-such"')])
  })

  it('chat answers from the knowledge and says what it was made of', async () => {
    const turn = await json<{
      text: string
      thread: string
      model: string
      traceId: string
      citations: { source: string }[]
      usage: { output: number }
    }>(['chat', QUESTION, '--thread', 'ada'])
    expect(turn).toMatchObject({
      thread: 'ada',
      model: MODEL,
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as unknown,
    })
    expect(turn.text).toMatch(/\w/)
    expect(turn.usage.output).toBeGreaterThan(0)
    expect(turn.citations[0]?.source).toBe('handbook/travel.md')
    traceId = turn.traceId
  })

  it('chat prints, with figures when asked, and fits a schema', async () => {
    const plain = await rt(['chat', 'Say hello.', '--plain', '--stats', '--max-tokens', '8', '--thread', 'bob'])
    expect(plain.code).toBe(0)
    expect(plain.stdout).toMatch(/first token .* tok\/s\n$/)
    const schema = join(folder.path, 'city.json')
    const object = { type: 'object', properties: { city: { enum: ['Oslo', 'Bergen'] } }, required: ['city'] }
    await writeFile(schema, JSON.stringify({ ...object, additionalProperties: false }))
    const formed = await rt(['run', MODEL, 'Name a city in Norway.', '--format', schema])
    expect(formed.code).toBe(0)
    expect(['Oslo', 'Bergen']).toContain((JSON.parse(formed.stdout) as { city: string }).city)
  })

  it('chat names a model that is not there', async () => {
    const { code, stderr } = await rt(['chat', 'hi', '--model', 'smolm2:135m'])
    expect(code).toBe(1)
    expect(stderr).toContain('error  model_not_found: no model is called "smolm2:135m".')
    expect(stderr).toContain('Did you mean smollm2:135m')
  })

  it('threads lists, shows and exports what was said', async () => {
    const threads = await json<ThreadInfo[]>(['threads'])
    expect(threads.find(({ id }) => id === 'ada')).toMatchObject({ messages: 2 })
    // `rt run` keeps no thread unless one is named.
    expect(threads).toHaveLength(2)
    const listed = await rt(['threads'])
    expect(listed.stdout).toMatch(/^ bob /m)
    expect((await rt(['threads', 'show', 'ada'])).stdout).toMatch(/^ you {6}What may I spend/)
    expect((await rt(['threads', 'export', 'ada'])).stdout).toMatch(/^# ada\n\n\*\*You\*\*\n\nWhat may I spend/)
    expect(await json<Message[]>(['threads', 'export', 'ada'])).toMatchObject([{ role: 'user' }, { role: 'assistant' }])
  })

  it('trace shows the answer of another process, by a prefix too', async () => {
    expect(await json<Trace>(['trace', 'show', traceId.slice(0, 12)])).toMatchObject({ traceId, status: 'ok' })
    expect((await rt(['trace', 'list'])).stdout).toContain(traceId.slice(0, 8))
    expect((await rt(['trace'])).stdout).toContain('request')
    const unknown = await rt(['trace', 'show', 'ffffffffffffffff'])
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('error  not_found')])
  })

  it('memory lists documents, counts, and forgets one', async () => {
    const documents = await json<DocumentInfo[]>(['memory'])
    expect(documents).toHaveLength(13)
    const forgotten = await rt(['memory', 'forget', 'docs/evil.md'])
    expect(forgotten.stderr).toBe('')
    expect(forgotten.stdout).toMatch(/forgot docs\/evil\.md: \d+ chunks? deleted; the file stays/)
    expect(await json<object>(['memory', 'stats'])).toMatchObject({ documents: 12, threads: 2 })
    const typo = await rt(['memory', 'forget', 'travel.md'])
    expect([typo.code, typo.stderr]).toEqual([1, expect.stringContaining('Did you mean handbook/travel.md?')])
  })

  it('collections lists, and asks before it drops', async () => {
    const { stdout } = await rt(['collections'])
    expect(stdout).toMatch(/^ default +\d+ .*384/m)
    const refused = await rt(['collections', 'drop', 'default'])
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--yes')])
  })

  it('cost adds up what models did', async () => {
    const rows = await json<CostRow[]>(['cost'])
    expect(rows.find(({ model }) => model === MODEL)).toMatchObject({ usd: 0, calls: expect.any(Number) as unknown })
    expect((await rt(['cost'])).stdout).toMatch(/^ all /m)
  })

  it('ps shows the server and its models; stop MODEL frees one', async () => {
    const status = await json<RuntimeStatus>(['ps'])
    expect(status).toMatchObject({ pid: server.child.pid, address })
    expect(status.models.find(({ id }) => id === MODEL)).toMatchObject({ kind: 'chat', engine: 'gguf' })
    expect((await rt(['ps'])).stdout).toMatch(new RegExp(`${address}.*\\n.*weights.*\\n(.*\\n)*.*${MODEL}.*MB`))

    expect((await rt(['stop', MODEL])).stdout).toBe(` ${MODEL} is out of memory; its next request loads it again\n`)
    expect((await json<RuntimeStatus>(['ps'])).models.map(({ id }) => id)).not.toContain(MODEL)
    expect((await rt(['stop', MODEL])).stdout).toContain(`${MODEL} is not in memory`)
    expect((await rt(['chat', 'Hi.', '--plain', '--max-tokens', '4'])).code).toBe(0)
  })

  it('a reader that leaves early is no error', async () => {
    const command = startCommand(['trace', 'list', '--data', data])
    command.child.stdout?.destroy()
    expect([await command.exit, command.stderr()]).toEqual([0, ''])
  })

  it('ingest --watch has the server ingest what changes, until Ctrl-C', async () => {
    const docs = join(folder.path, 'watched')
    await mkdir(docs)
    await writeFile(join(docs, 'one.md'), '# One\n\nThe first note.\n')
    const watching = startCommand(['ingest', docs, '--watch', '--data', data])
    await watching.said(/by the server at/)
    await writeFile(join(docs, 'two.md'), '# Two\n\nThe second note is about walruses.\n')
    await watching.said(/1 added · .*\n$/)
    const [found] = await json<RetrievedChunk[]>(['search', 'walruses'])
    expect(found).toMatchObject({ source: 'watched/two.md' })
    watching.child.kill('SIGINT')
    expect(await watching.exit).toBe(0)
  })

  it('threads rm deletes; stop ends the server and waits for it', async () => {
    expect((await rt(['threads', 'rm', 'ada'])).stdout).toBe(' deleted ada: 2 messages\n')
    const { code, stdout } = await rt(['stop'])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`^ stopped ${address} \\(process ${server.child.pid}\\) in `))
    expect(await server.exit).toBe(0)
    expect((await rt(['ps'])).stdout).toContain('nothing is running')
    // What the server did is there for the next process.
    expect((await json<ThreadInfo[]>(['threads'])).some(({ id }) => id === 'ada')).toBe(false)
    expect(await json<DocumentInfo[]>(['memory'])).toHaveLength(14)
  })
})
