// An answer of a GGUF model, in its own child process.
import { strict as assert } from 'node:assert'
import { collect, createMessage } from '@rt/core'
import { createCatalog } from '@rt/inference/catalog'
import { createGgufEngine } from '@rt/inference/gguf'

const { entry, files } = await createCatalog().ensure('smollm2:135m')
assert.ok(files.model)
const engine = createGgufEngine({ threads: 1 }) // two on a busy machine of two cores wait for each other
const model = await engine.load({ id: entry.name, path: files.model, sampling: entry.sampling })
const messages = [createMessage('user', 'What is the capital of France?')]
const { text, usage } = await collect(model.stream({ messages, maxOutputTokens: 24 }))
assert.ok(text.trim() && usage.output > 0)
await engine[Symbol.asyncDispose]()
console.log('ok inference:', text.trim())
