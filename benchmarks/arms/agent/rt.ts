// The whole runtime with its defaults: the run is routed, fitted into the window, and traced into the data file.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, tool } from '@rt/runtime'
import { z } from 'zod'
import { scriptedModel } from './scripted.ts'
import { DESCRIPTION, PROMPT, runRounds, SYSTEM, TOOL, weatherOf } from './task.ts'

const data = await mkdtemp(join(tmpdir(), 'rt-bench-'))
const weather = tool({
  name: TOOL,
  description: DESCRIPTION,
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => weatherOf(city),
})
const model = scriptedModel('scripted/model')
const rt = await createRuntime({
  data,
  config: false,
  embed: false,
  chat: 'scripted/model',
  providers: { scripted: { id: 'scripted', languageModel: () => model } },
})

await runRounds(async () => (await rt.generate(PROMPT, { system: SYSTEM, tools: [weather] })).text)

process.on('disconnect', async () => {
  await rt.close()
  await rm(data, { recursive: true, force: true })
  process.exit()
})
