import { abortable, type LanguageModel, type ModelCapabilities, RtError } from '@rt/core'
import { type Breaker, createBreaker, type BreakerOptions } from './breaker.ts'
import type { Clock } from '@rt/core'

interface LegBase {
  /**
   * The model goes on writing where a last assistant message ends, instead of beginning a new turn. Only such a leg takes
   * over an answer that broke off: most models do not, and one that begins anew would say things twice. Default false.
   */
  continues?: boolean
}

/** One model a route may ask. */
export type Leg = ReadyLeg | LazyLeg

export interface ReadyLeg extends LegBase {
  model: LanguageModel
}

/** A model that is made when it is first needed. What decides about it must be known before, so it is said here. */
export interface LazyLeg extends LegBase {
  id: string
  capabilities: ModelCapabilities
  model: () => Promise<LanguageModel>
}

/** A leg with what the route remembers of it between calls. */
export interface RouteLeg {
  readonly id: string
  readonly capabilities: ModelCapabilities
  readonly continues: boolean
  readonly breaker: Breaker
  /** The last failure that told of the leg itself. */
  failed?: RtError
  /**
   * The model; loaded once, tried again after a failure.
   *
   * @throws RtError `aborted` when the signal fires meanwhile; the loading goes on.
   */
  load(signal: AbortSignal | undefined): Promise<LanguageModel> | LanguageModel
}

export const createLeg = (leg: Leg, { breaker, clock }: { breaker: BreakerOptions; clock: Clock }): RouteLeg => {
  const shared = { continues: leg.continues ?? false, breaker: createBreaker(breaker, clock) }
  if (!isLazy(leg)) {
    const { model } = leg
    return { ...shared, id: model.id, capabilities: model.capabilities, load: () => model }
  }
  let loading: Promise<LanguageModel> | undefined
  return {
    ...shared,
    id: leg.id,
    capabilities: leg.capabilities,
    load: (signal) =>
      abortable(
        (loading ??= load(leg).catch((error: unknown) => {
          loading = undefined
          throw error
        })),
        signal,
      ),
  }
}

const isLazy = (leg: Leg): leg is LazyLeg => typeof leg.model === 'function'

const load = async ({ id, capabilities, model: create }: LazyLeg): Promise<LanguageModel> => {
  const model = await create()
  // What must not leave the machine was let through because the leg said so: it is held to its word.
  if (capabilities.local && !model.capabilities.local)
    throw new RtError({
      code: 'config_invalid',
      message: `the leg '${id}' says that it is local, but its model '${model.id}' is not.`,
      hint: 'Set capabilities.local of the leg to false.',
    })
  return model
}
