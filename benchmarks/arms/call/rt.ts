// The whole runtime with its defaults: every call is routed, fitted into the window, and traced into the data file.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime } from '@rt/runtime'
import { answerRounds, MAX_TOKENS, MODEL, PROMPT, SYSTEM } from './task.ts'

const baseURL = process.argv[2]!
const data = await mkdtemp(join(tmpdir(), 'rt-bench-'))
const rt = await createRuntime({
  data,
  config: false,
  embed: false,
  chat: `fake/${MODEL}`,
  providers: { fake: { kind: 'openai', baseURL, apiKey: 'fake' } },
})

await answerRounds(async () => (await rt.generate(PROMPT, { system: SYSTEM, maxOutputTokens: MAX_TOKENS })).text)

process.on('disconnect', async () => {
  await rt.close()
  await rm(data, { recursive: true, force: true })
  process.exit()
})
