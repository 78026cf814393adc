import type { Router, Tool } from '@rt/core'
import type { Models } from '../models/create-models.ts'
import type { RunRequest } from '../run-request.ts'
import type { Turns } from '../turns.ts'
import type { Asked } from './asked.ts'

/** What is run of what was asked: the same in whatever process. */
export const buildRun = (turns: Turns, asked: Asked, tools: Tool[] | undefined): Promise<RunRequest> =>
  asked.type === 'own' ? turns.own(asked.request, tools) : turns.client(asked.request)

export const routerOf = (models: Models, asked: Asked): Router => {
  if (asked.type === 'client') return models
  const { own, request } = asked
  const { keepAliveMs: ms } = request
  // JSON has no Infinity.
  const keepAliveMs = ms === -1 ? Infinity : ms
  return { pick: (name, options) => models.pick(name, { ...options, own, keepAliveMs }) }
}
