import type { Tool } from '@rt/core'

/** Whether a call may run twice. */
export const isRepeatable = ({ idempotent, sideEffects }: Pick<Tool, 'idempotent' | 'sideEffects'>): boolean =>
  idempotent ?? sideEffects?.length === 0
