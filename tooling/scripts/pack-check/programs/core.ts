// The contracts, with the scripted model of @rt/core/testing.
import { strict as assert } from 'node:assert'
import { collect, createMessage, RtError } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'

const model = createScriptedModel({ answers: ['Hello there.'] })
const { text, usage } = await collect(model.stream({ messages: [createMessage('user', 'Hi')] }))
assert.equal(text, 'Hello there.')
assert.equal(usage.output, 2)
assert.ok(RtError.isInstance(new RtError({ code: 'invalid_request', message: 'no', hint: 'say yes' })))
console.log('ok core:', text)
