import type { JsonObject, SideEffect } from '@rt/core'

export interface Effects {
  sideEffects: SideEffect[]
  idempotent: boolean
}

/** What a server says of a tool, and the worst where it says nothing, as the protocol has it. */
export const effectsOf = (annotations: JsonObject = {}): Effects => {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations
  const isReadOnly = readOnlyHint === true
  const network: SideEffect[] = openWorldHint === false ? [] : ['network']
  const change: SideEffect[] = isReadOnly ? [] : [destructiveHint === false ? 'write' : 'destructive']
  return { sideEffects: [...network, ...change], idempotent: isReadOnly || idempotentHint === true }
}
