// The second turn of a thread of about 500 tokens: read cold, in the memory of the engine host, or saved and loaded by a new host.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMessage, type Message } from '@rt/core'
import { createCatalog } from '@rt/inference/catalog'
import { createGgufEngine, type GgufEngine, type GgufModel } from '@rt/inference/gguf'

const [mode, threads] = process.argv.slice(2)
const { files } = await createCatalog().ensure('smollm2:135m', {})
const folder = await mkdtemp(join(tmpdir(), 'rt-prefix-'))
process.on('SIGTERM', () => void rm(folder, { recursive: true, force: true }).finally(() => process.exit(0)))

let engine: GgufEngine
let model: GgufModel
const start = async (): Promise<void> => {
  engine = createGgufEngine({ threads: Number(threads), ...(mode === 'restored' && { kvFolder: join(folder, 'kv') }) })
  model = await engine.load({ id: 'smollm2:135m', path: files.model, contextTokens: 1024, sequences: 1 })
}

const SYSTEM = 'You are the guide of a small museum of clocks. Answer in one friendly sentence, in plain words. '
const first: Message[] = [
  createMessage('system', SYSTEM.repeat(21)),
  createMessage('user', 'When does the museum open on a Sunday?'),
]
const second: Message[] = [
  ...first,
  createMessage('assistant', 'We open at ten.'),
  createMessage('user', 'Thank you! And how long?'),
]

/** Milliseconds to the first token. */
const ask = async (messages: Message[], principal: string): Promise<number> => {
  const begun = performance.now()
  let ms = 0
  for await (const part of model.stream({
    messages,
    principal,
    cacheKey: 'thread',
    sampling: { temperature: 0 },
    maxOutputTokens: 1,
  })) {
    if (part.type === 'text-delta') ms ||= performance.now() - begun
    if (part.type === 'usage') usage = part.usage
    if (part.type === 'error') throw new Error(part.error.message)
  }
  return ms
}
let usage = { input: 0, cacheRead: 0 }
let people = 0

const round = async (): Promise<number> => {
  const principal = `principal-${people++}`
  if (mode !== 'cold') await ask(first, principal)
  if (mode === 'restored') {
    await engine[Symbol.asyncDispose]()
    await start()
  }
  const ms = await ask(second, principal)
  const total = usage.input + usage.cacheRead
  const cached = mode === 'cold' ? usage.cacheRead === 0 : usage.cacheRead > 0.9 * total
  if (!cached || total < 480 || total > 560)
    throw new Error(`${mode}: ${usage.cacheRead} of ${total} tokens were cached`)
  return ms
}

await start()
await round()
process.on('message', async () => process.send!(await round()))
process.send!('ready')
