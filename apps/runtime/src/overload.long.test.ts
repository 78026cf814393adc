import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askAtOnce, type Reply } from './__fixtures__/ask-at-once.ts'
import { type RunningCommand, startCommand, temporaryFolder } from './__fixtures__/command.ts'

// Row 9 of the faults. The times of the row have ten times their room.
const MODEL = 'smollm2:135m'
const REFUSED_MS = 50 * 10
const HEALTH_MS = 100 * 10
/** Ten times the requests that may wait for one model. */
const MORE = 10 * 64

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let server: RunningCommand
let address: string
beforeAll(async () => {
  folder = await temporaryFolder()
  server = startCommand(['serve', '--port', '0', '--data', folder.path])
  ;[address] = (await server.said(/http:\/\/\S+/)) as unknown as [string]
  await server.said(/ready/)
})
afterAll(async () => {
  server?.child.kill('SIGTERM')
  await server?.exit
  await folder[Symbol.asyncDispose]()
})

const body = (index: number): object => ({
  model: MODEL,
  messages: [{ role: 'user', content: `Say the number ${index}.` }],
  max_tokens: 4,
})
const ask = (times: number, everyMs = 0): Promise<Reply[]> =>
  askAtOnce({ port: Number(new URL(address).port), times, everyMs, body })

/** Times of health checks, one after the other, for as long as something goes on. */
const watchHealth = async (work: Promise<unknown>): Promise<number[]> => {
  let going = true
  void work.finally(() => (going = false)).catch(() => {})
  const times: number[] = []
  while (going) {
    const begun = performance.now()
    const response = await fetch(`${address}/health`)
    await response.body?.cancel()
    expect(response.status).toBe(200)
    times.push(performance.now() - begun)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return times.toSorted((a, b) => a - b)
}

const memory = (): number => {
  const status = readFileSync(`/proc/${server.child.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}
const share = (sorted: number[], of: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * of)] ?? 0)
const figures = (sorted: number[]): string => [0.5, 0.99, 1].map((of) => share(sorted, of)).join(', ')

it('a thousand requests at once, then ten times as many as may wait: those it takes end well, the others are refused at once', async () => {
  // What the first requests load is not what is measured.
  await ask(300)
  const before = process.platform === 'linux' ? memory() : 0
  const burst = ask(1000)
  // While the line is still full.
  const more = Promise.race([burst, new Promise((resolve) => setTimeout(resolve, 3000))]).then(() => ask(MORE, 10))
  const health = await watchHealth(Promise.all([burst, more]))
  for (const [what, asked] of Object.entries({ burst, more })) {
    const replies = await asked
    const taken = replies.filter(({ status }) => status === 200)
    const refused = replies.filter(({ status }) => status !== 200)
    const waits = refused.map(({ ms }) => ms).toSorted((a, b) => a - b)
    console.log(`${what}: ${taken.length} taken, the others refused after ${figures(waits)} ms (median, p99, most)`)
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([503]))
    for (const reply of taken) expect(JSON.parse(reply.body).choices[0].finish_reason).toMatch(/^(length|stop)$/)
    for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1)
    // Of a burst each waits for those before it to be refused.
    if (what === 'more') expect(share(waits, 0.5)).toBeLessThan(REFUSED_MS)
    else expect(taken.length).toBeGreaterThanOrEqual(64)
  }
  console.log(`health: ${figures(health)} ms`)
  expect(share(health, 0.99)).toBeLessThan(HEALTH_MS)
  if (process.platform !== 'linux') return
  const grown = memory() - before
  console.log(`memory: ${Math.round(grown / 1e6)} MB more`)
  expect(grown).toBeLessThan(250e6)
})

it('answers that are being written go on at one pace while others are refused', async () => {
  const numbers = { type: 'array', items: { type: 'integer' }, minItems: 300, maxItems: 300 }
  const schema = { type: 'object', properties: { numbers }, required: ['numbers'] }
  const stop = new AbortController()
  const deltas = [0, 0, 0, 0]
  const streams = deltas.map(async (_, index) => {
    const response = await fetch(`${address}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      signal: stop.signal,
      body: JSON.stringify({
        ...body(index),
        stream: true,
        max_tokens: 1500,
        response_format: { type: 'json_schema', json_schema: { name: 'numbers', schema } },
      }),
    })
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream()))
      deltas[index] = deltas[index]! + piece.split('data: ').length - 1
  })
  await expect.poll(() => Math.min(...deltas), { timeout: 120_000 }).toBeGreaterThan(5)
  const begun = [...deltas]
  const crowd = ask(300)
  const written = (): number[] => deltas.map((now, index) => now - begun[index]!)
  await expect.poll(() => Math.min(...written()), { timeout: 120_000 }).toBeGreaterThan(60)
  const [least, most] = [Math.min(...written()), Math.max(...written())]
  // Those that wait have their turn.
  stop.abort()
  await Promise.allSettled(streams)
  console.log(`written meanwhile: ${least} to ${most}`)
  expect(most / least).toBeLessThanOrEqual(1.5)
  expect((await crowd).filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(60)
})
