// Clients that ask one engine host at the same time, each in a thread of its own.
import { createCatalog } from '@rt/inference/catalog'
import { createGgufEngine, type ModelState } from '@rt/inference/gguf'
import { PROMPT, TOKENS } from './task.ts'

const [name = '', threads, clients] = process.argv.slice(2)
const { files } = await createCatalog().ensure(name, {})
const model = await createGgufEngine({ threads: Number(threads) }).load({
  id: name,
  path: files.model,
  contextTokens: 1024,
  sequences: Number(clients),
})

const ask = async (client: number, onToken: () => void): Promise<void> => {
  const text = `${PROMPT} The keeper is number ${client}.`
  for await (const part of model.stream({
    messages: [{ v: 1, id: '1', role: 'user', parts: [{ type: 'text', text }] }],
    sampling: { temperature: 0, repeatPenalty: 1, topK: 40, topP: 0.95 },
    maxOutputTokens: TOKENS,
    cacheKey: `client-${client}`,
  })) {
    if (part.type === 'text-delta') onToken()
    if (part.type === 'error') throw new Error(part.error.message)
  }
}

const batchOf = ({ batch }: ModelState): { steps: number; rows: number } => batch ?? { steps: 0, rows: 0 }
const rounds: { mean: number; fairness: number }[] = []

/** Tokens per second of all, from the moment the last one writes to the moment the first one is done. */
const round = async (): Promise<number> => {
  const counts = Array.from({ length: Number(clients) }, () => 0)
  let window: { from: number; tokens: number } | undefined
  let rate = 0
  let fairness = 0
  const total = (): number => counts.reduce((sum, count) => sum + count, 0)
  const before = batchOf(await model.state())
  await Promise.all(
    counts.map(async (_, client) => {
      await ask(client, () => {
        counts[client]!++
        if (!window && counts.every((count) => count > 0)) window = { from: performance.now(), tokens: total() }
      })
      if (rate || !window) return
      rate = (total() - window.tokens) / ((performance.now() - window.from) / 1000)
      fairness = Math.min(...counts) / Math.max(...counts)
    }),
  )
  const after = batchOf(await model.state())
  rounds.push({ mean: (after.rows - before.rows) / (after.steps - before.steps), fairness })
  return rate
}

await round()
rounds.length = 0
process.on('message', async (what) => process.send!(what === 'rounds' ? rounds : await round()))
process.send!('ready')
