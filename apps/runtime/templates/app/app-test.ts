// Tools are functions: they are tested without a model.
import assert from 'node:assert/strict'
import test from 'node:test'
import { repairPrice } from './app.ts'

const call = { callId: 'test', principal: 'local', signal: new AbortController().signal }

await test('a repair costs what the list says, and 15 euros more with pickup', async () => {
  assert.deepEqual(await repairPrice.execute(await repairPrice.parse({ repair: 'brakes' }), call), {
    repair: 'brakes',
    euros: 35,
  })
  assert.deepEqual(await repairPrice.execute(await repairPrice.parse({ repair: 'brakes', pickup: true }), call), {
    repair: 'brakes',
    euros: 50,
  })
})

await test('a repair we do not do is refused', async () => {
  await assert.rejects(repairPrice.parse({ repair: 'paint' }), { code: 'tool_arguments' })
})
