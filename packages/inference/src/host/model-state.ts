import type { LoadedModel } from '@rt/core'

/** What a loaded model holds in memory and does now, without the name it was given. */
export type ModelState = Omit<LoadedModel, 'id' | 'kind'>
