// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import { collect, createMessage } from '@rt/core'
import { createCatalog } from '@rt/inference/catalog'
import { createGgufEngine } from '@rt/inference/gguf'

const { entry, files, stamps } = await createCatalog().ensure('smollm2:135m')
await using engine = createGgufEngine()
const model = await engine.load({ id: entry.name, path: files.model, stamp: stamps?.model, sampling: entry.sampling })

const messages = [createMessage('user', 'What is the capital of France?')]
const { text, usage } = await collect(model.stream({ messages }))
console.log(text, usage, await model.countTokens({ messages }))
