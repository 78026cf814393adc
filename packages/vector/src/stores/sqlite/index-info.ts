import type { IndexInfo } from '@rt/core'

export const indexInfo = (kind: string): IndexInfo => ({ kind, reason: 'every vector is compared' })
