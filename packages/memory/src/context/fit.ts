import { RtError, type AssembleRequest } from '@rt/core'
import type { Layout, Selection } from './layout.ts'

/**
 * Chooses what is sent: all of it if it fits, else fewer passages (lowest ranked go first) down to one, then fewer
 * turns (oldest first), then none of the passages.
 *
 * Every count is a round trip to the engine. With n passages and t old turns at most
 * `2 + ceil(log2 n) + 2 * (2 + ceil(log2 t))` counts are asked for here, and two when all fits (one without passages).
 */
export const fit = async (
  layout: Layout,
  request: AssembleRequest,
  limit: number,
  share: number,
): Promise<Selection> => {
  const { placeable, turns } = layout
  const few = Math.min(1, placeable)
  const fits = async (chunks: number, from: number): Promise<boolean> => (await layout.count({ chunks, from })) <= limit
  const inShare = async (chunks: number): Promise<boolean> => {
    if (chunks <= 1) return true
    const [plain, full] = await Promise.all([layout.count({ chunks: 0, from: 0 }), layout.count({ chunks, from: 0 })])
    return full - plain <= share * limit
  }

  const dropped = await firstTrue(
    0,
    placeable - few,
    async (drop) => (await inShare(placeable - drop)) && (await fits(placeable - drop, 0)),
  )
  if (dropped !== undefined) return { chunks: placeable - dropped, from: 0 }
  for (const chunks of few ? [1, 0] : [0]) {
    // A passage too big for the window must not cost the history: ask about the end first.
    if (!(await fits(chunks, turns))) continue
    return { chunks, from: (await firstTrue(0, turns, (from) => fits(chunks, from))) ?? turns }
  }
  throw overflow(request, limit, await layout.count({ chunks: 0, from: turns }))
}

/** Smallest number in `[low, high]` that passes, given that all after it do; the low end is tried first, as it is the usual answer. */
const firstTrue = async (
  low: number,
  high: number,
  test: (at: number) => Promise<boolean>,
): Promise<number | undefined> => {
  if (await test(low)) return low
  if (high <= low || !(await test(high))) return undefined
  let failing = low
  let passing = high
  while (passing - failing > 1) {
    const middle = (failing + passing) >> 1
    if (await test(middle)) passing = middle
    else failing = middle
  }
  return passing
}

const overflow = ({ model, reserve, messages }: AssembleRequest, limit: number, needed: number): RtError => {
  const window = model.capabilities.contextTokens
  // The share of the window that prompts may fill is what stands in the way, not the answer.
  const shared = limit < window - reserve
  const why = shared
    ? `prompts may fill that much of its window of ${window}`
    : `a window of ${window} less ${reserve} kept for the answer`
  return new RtError({
    code: 'context_overflow',
    message: `the last message needs ${needed} tokens with its instructions and tools, but ${model.id} has ${Math.max(0, limit)} for it: ${why}.`,
    hint: `Shorten the message, ${shared ? 'allow prompts more of the window' : 'keep fewer tokens for the answer'}, or choose a model with a larger window.`,
    data: { model: model.id, needed, limit, window, reserve, messages: messages.length },
  })
}
