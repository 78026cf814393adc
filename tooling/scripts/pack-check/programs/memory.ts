// A thread that is read back, a window that is trimmed by tokens, a document cut at its headings.
import { strict as assert } from 'node:assert'
import { createMessage, LOCAL } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { chunkDocument, createContextAssembler, createThreadStore } from '@rt/memory'
import { openDatabase } from '@rt/node/sqlite'

const database = await openDatabase({ path: 'threads.db' })
const threads = await createThreadStore({ database })
const turn = (index: number) => [
  createMessage('user', `Question ${index}: ${'word '.repeat(20)}`),
  createMessage('assistant', `Answer ${index}: ${'word '.repeat(20)}`),
]
for (let index = 0; index < 4; index++) await threads.append(LOCAL, 'ada', turn(index))
const messages = [...(await threads.messages(LOCAL, 'ada')), createMessage('user', 'And now?')]
assert.equal(messages.length, 9)

const model = createScriptedModel({ answers: ['Fine.'], capabilities: { contextTokens: 120 } })
const { report } = await createContextAssembler().assemble({ model, messages, reserve: 20 })
assert.ok(report.trimmed.length > 0 && report.used <= report.limit, 'the oldest turns are left out')

const chunks = chunkDocument('# Travel\n\n## Meals\n\nUp to 400 NOK a day.\n\n## Trains\n\nBefore planes.\n')
assert.deepEqual(chunks.at(-1)?.headings, ['Travel', 'Trains'])
await database[Symbol.asyncDispose]()
console.log('ok memory:', report.trimmed.length, 'messages trimmed,', chunks.length, 'chunks')
