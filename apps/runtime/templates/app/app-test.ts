// Tools are functions: they are tested without a model.
import assert from 'node:assert/strict'
import test from 'node:test'
import { repairPrice } from './app.ts'

const call = { callId: 'test', principal: 'local', signal: new AbortController().signal }

await test('a repair costs what the list says, and 15 euros more with pickup', async () => {
  const price = async (input: { repair: string; pickup?: boolean }): Promise<unknown> =>
    repairPrice.execute(await repairPrice.parse(input), call)
  assert.equal(await price({ repair: 'brakes' }), 'The repair of brakes costs 35 euros.')
  assert.equal(await price({ repair: 'brakes', pickup: true }), 'The repair of brakes costs 50 euros.')
})

await test('a repair we do not do is refused', async () => {
  await assert.rejects(repairPrice.parse({ repair: 'paint' }), { code: 'tool_arguments' })
})
