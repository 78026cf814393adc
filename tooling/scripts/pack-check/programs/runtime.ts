// The whole runtime: two files ingested, a question answered from them, a tool called, the trace of it.
import { strict as assert } from 'node:assert'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRuntime, formatTrace, tool } from '@rt/runtime'

await mkdir('documents', { recursive: true })
await writeFile('documents/travel.md', '# Travel\n\n## Meals\n\nA meal on a trip to Oslo may cost up to 400 NOK.\n')
await writeFile('documents/office.md', '# Office\n\n## Hours\n\nThe office is open from eight to six.\n')

const rt = await createRuntime({ data: 'data' })
await rt.ingest('documents')
const [passage] = await rt.search('What may a meal in Oslo cost?')
assert.match(passage?.source ?? '', /travel\.md/)

let text = ''
let cited = 0
for await (const part of rt.thread('ada').stream('What may a meal in Oslo cost?'))
  if (part.type === 'text-delta') text += part.text
  else if (part.type === 'citation') cited++
  else if (part.type === 'error') throw new Error(JSON.stringify(part))
assert.match(text, /400/)
assert.ok(cited > 0, 'the answer cites its passage')
const retrieved = await rt.trace.last()
assert.ok(retrieved)
console.log(formatTrace(retrieved, { color: false }))

const asked: unknown[] = []
const weather = tool({
  name: 'weather',
  description: 'Current weather of a city',
  inputSchema: {
    jsonSchema: { type: 'object', properties: { city: { type: 'string', maxLength: 20 } }, required: ['city'] },
  },
  execute: (input) => {
    asked.push(input)
    return { celsius: 21 }
  },
})
const turn = { tools: [weather], toolChoice: { name: 'weather' }, retrieve: false, maxOutputTokens: 48 }
for await (const part of rt.stream('How is the weather in Oslo?', turn))
  if (part.type === 'error') throw new Error(JSON.stringify(part))
assert.equal(asked.length, 1)
const called = await rt.trace.last()
assert.ok(called)
assert.match(formatTrace(called, { color: false }), /weather/)
console.log(formatTrace(called, { color: false }))
console.log('ok runtime:', text.trim())
await rt.close()
