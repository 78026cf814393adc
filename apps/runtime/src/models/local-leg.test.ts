import { collect, createMessage, RtError } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import type { ResolvedModel } from '@rt/inference/catalog'
import { createRoute } from '@rt/inference/router'
import { expect, it } from 'vitest'
import { localLeg } from './local-leg.ts'

it('a model here whose context fits no memory gives way to the next of a route', async () => {
  const tooLarge = new RtError({
    code: 'invalid_request',
    message: 'contextTokens is 8192, which is too much.',
    data: { field: 'contextTokens' },
  })
  const leg = localLeg({
    id: 'large',
    local: { chat: () => Promise.reject(tooLarge) },
    find: async () => ({}) as ResolvedModel,
  })
  await expect((leg.model as () => Promise<unknown>)()).rejects.toMatchObject({
    code: 'model_unavailable',
    retryable: false,
    message: tooLarge.message,
  })
  const route = createRoute({
    id: 'route',
    legs: [leg, { model: createScriptedModel({ id: 'small', answers: ['I am here.'] }) }],
  })
  expect((await collect(route.stream({ messages: [createMessage('user', 'hi')] }))).text).toBe('I am here.')
})
