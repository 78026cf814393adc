// The loop, the assembler and the traces under one run after a conversation of so many messages: what they add to it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collect, createMessage, LOCAL, type Message } from '@rt/core'
import { createContextAssembler } from '@rt/memory'
import { openDatabase } from '@rt/node/sqlite'
import { createTelemetry } from '@rt/observe'
import { createSqliteExporter } from '@rt/observe/sqlite'
import { runLoop, tool } from '@rt/tools'
import { z } from 'zod'
import { scriptedModel } from './scripted.ts'
import { DESCRIPTION, PROMPT, runRounds, SYSTEM, TOOL, weatherOf } from './task.ts'

const history = Number(process.argv[2])
const folder = await mkdtemp(join(tmpdir(), 'rt-bench-'))
const database = await openDatabase({ path: join(folder, 'rt.db') })
const telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
const assembler = createContextAssembler()
const model = scriptedModel('scripted')
const weather = tool({
  name: TOOL,
  description: DESCRIPTION,
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => weatherOf(city),
})
/** Ten messages, with one call of a tool. */
const chapter = (n: number): Message[] => {
  const id = `old_${n}`
  const talk = (): Message[] => [
    createMessage('user', `And what is it like in city number ${n}?`),
    createMessage('assistant', 'About the same as in the last one.'),
  ]
  return [
    createMessage('user', `What is the weather in city number ${n}?`),
    createMessage('assistant', [{ type: 'tool-call', id, name: TOOL, arguments: { city: `${n}` } }]),
    createMessage('tool', [{ type: 'tool-result', id, name: TOOL, result: { degrees: n } }]),
    createMessage('assistant', `It is ${n} degrees there.`),
    ...talk(),
    ...talk(),
    ...talk(),
  ]
}
const earlier = Array.from({ length: history / 10 }, (_, n) => chapter(n)).flat()

await runRounds(async () => {
  const span = telemetry.span('request')
  const messages = [...earlier, createMessage('user', PROMPT)]
  const options = { model, messages, system: SYSTEM, tools: [weather], assembler, principal: LOCAL }
  const { text } = await collect(runLoop(options, { span }))
  span.end()
  return text
})

process.on('disconnect', async () => {
  await telemetry[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
  process.exit()
})
