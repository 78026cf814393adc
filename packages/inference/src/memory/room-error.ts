import { formatBytes, RtError } from '@rt/core'
import type { MemoryEstimate } from '../driver-kit/memory-estimate.ts'

interface Wanted {
  id: string
  need: MemoryEstimate
}

interface Taken {
  id: string
  pinned: boolean
  bytes: number
  isIdle(): boolean
}

const BUDGET = 'the memory budget (engine.memory_budget of config.toml)'

/** Waiting would not help. */
export const tooLarge = (
  { id, need }: Wanted,
  {
    budgetBytes,
    roomBytes,
    processBytes,
    pinned,
  }: { budgetBytes: number; roomBytes: number; processBytes: number; pinned: readonly Taken[] },
): RtError => {
  const fitting = fittingContext(need, roomBytes)
  const shorter = fitting === undefined ? '' : `take a context of at most ${fitting} tokens, `
  const held = heldBy(processBytes, pinned)
  const unpin = pinned.length > 0 ? 'unpin a model, ' : ''
  return new RtError({
    // Only the size of the context is wrong: whoever asked for it can ask for less.
    code: fitting === undefined ? 'model_unavailable' : 'invalid_request',
    message:
      (fitting === undefined ? '' : `contextTokens is ${need.contextTokens}, which is too much: `) +
      `the model "${id}" ${needs(need)}, and models may take ${formatBytes(budgetBytes)} together` +
      `${held && `, less what is ${held}`}.`,
    hint: capital(`${shorter}${unpin}raise ${BUDGET}, or take a smaller model.`),
    retryable: false,
    data: { ...figures(id, need), budgetBytes, ...(fitting !== undefined && { field: 'contextTokens' }) },
  })
}

export const noRoom = (
  { id, need }: Wanted,
  {
    budgetBytes,
    usedBytes,
    processBytes,
    held,
    waitMs,
  }: { budgetBytes: number; usedBytes: number; processBytes: number; held: readonly Taken[]; waitMs: number },
): RtError => {
  const names = heldBy(processBytes, held)
  return new RtError({
    code: 'overloaded',
    message:
      `there was no room for the model "${id}" within ${waitMs / 1000} s: it ${needs(need)}, and of the ` +
      `${formatBytes(budgetBytes)} for models ${formatBytes(usedBytes)} are taken${names && `, ${names}`}.`,
    hint: `Try again when their answers have ended, free one (rt stop MODEL), or raise ${BUDGET}.`,
    data: { ...figures(id, need), budgetBytes, usedBytes, retryAfterMs: waitMs },
  })
}

export const fullLine = (id: string, waiting: number): RtError =>
  new RtError({
    code: 'overloaded',
    message: `there is no room for the model "${id}", and ${waiting} others wait for some.`,
    hint: `Try again later, or raise ${BUDGET}.`,
    data: { model: id, waiting, retryAfterMs: 1000 },
  })

const needs = ({ weightsBytes, kvBytes, otherBytes }: MemoryEstimate): string =>
  `needs ${formatBytes(weightsBytes + kvBytes.least + otherBytes)} of memory (weights ${formatBytes(weightsBytes)}, ` +
  `KV cache ${formatBytes(kvBytes.least)}, other ${formatBytes(otherBytes)})`

const heldBy = (processBytes: number, held: readonly Taken[]): string => {
  const models = held.map(({ id, bytes, pinned, isIdle }) => {
    const why = pinned ? ', pinned' : isIdle() ? '' : ', in use'
    return `"${id}" (${formatBytes(bytes)}${why})`
  })
  const all = processBytes > 0 ? [...models, `the engines' processes (${formatBytes(processBytes)})`] : models
  return all.length > 0 ? `held by ${all.join(', ')}` : ''
}

const figures = (model: string, { weightsBytes, kvBytes, otherBytes }: MemoryEstimate) => ({
  model,
  needsBytes: weightsBytes + kvBytes.least + otherBytes,
  weightsBytes,
  kvBytes: kvBytes.least,
  otherBytes,
})

/** Of no use to a conversation. */
const SMALLEST_CONTEXT = 256

/** The context that would fit, where one was asked for and only it is too large. */
const fittingContext = (
  { weightsBytes, kvBytes: { least }, otherBytes, contextTokens }: MemoryEstimate,
  roomBytes: number,
): number | undefined => {
  if (contextTokens === undefined || least === 0) return undefined
  const share = (roomBytes - weightsBytes - otherBytes) / least
  const fitting = Math.floor((contextTokens * share) / SMALLEST_CONTEXT) * SMALLEST_CONTEXT
  return fitting >= SMALLEST_CONTEXT ? fitting : undefined
}

const capital = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}`
