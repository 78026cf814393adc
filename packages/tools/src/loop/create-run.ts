import { type CallOptions, createMessageBuilder, noopSpan, RtError, type RunLimits, systemClock } from '@rt/core'
import type { LoopOptions, LoopRun } from './loop-options.ts'
import { createMeter } from './meter.ts'
import { createRepair } from './repair.ts'

/** @throws RtError `invalid_request` for options that contradict each other. */
export const createRun = (options: LoopOptions, signal: AbortSignal, { span = noopSpan }: CallOptions): LoopRun => {
  const { model, tools = [], clientTools = [], limits, retrieved = [], messages, resume, clock = systemClock } = options
  checkLimits(limits)
  const names = [...tools, ...clientTools].map(({ name }) => name)
  checkNames(names, options.toolChoice)
  const byName = <T extends { name: string }>(list: T[]): Map<string, T> => new Map(list.map((one) => [one.name, one]))
  return {
    options,
    clock,
    signal,
    span,
    model,
    earlier: resume?.written ?? [],
    written: createMessageBuilder(),
    tools: byName(tools),
    shown: new Set(names),
    clientTools: byName(clientTools),
    chosen: [],
    meter: createMeter(limits, { clock, resume }),
    repair: createRepair(),
    pending: new Map(resume?.pending.map((call) => [call.id, call])),
    doubtful: new Set(resume?.pending.flatMap(({ id, reason }) => (reason === undefined ? [id] : []))),
    made: new Map(),
    label: resume?.label,
    tainted: resume?.tainted === true || retrieved.length > 0 || messages.some(({ untrusted }) => untrusted),
  }
}

const checkLimits = (limits: RunLimits = {}): void => {
  const whole = ['steps', 'calls', 'tokens', 'ms', 'repeats'] as const
  for (const name of whole) {
    const value = limits[name]
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw invalid(`limits.${name} is ${value}.`, 'Give a whole number, 1 or more.')
  }
  if (limits.usd !== undefined && !(limits.usd >= 0)) throw invalid(`limits.usd is ${limits.usd}.`, 'Give 0 or more.')
}

const checkNames = (names: string[], toolChoice: LoopOptions['toolChoice']): void => {
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid(`two tools are named "${twice}".`, 'Rename one of them.')
  if (typeof toolChoice === 'object' && !names.includes(toolChoice.name))
    throw invalid(
      `toolChoice names "${toolChoice.name}", and no such tool was given.`,
      names.length ? `There are: ${names.join(', ')}.` : 'Pass the tool in `tools`.',
    )
  if (toolChoice === 'required' && names.length === 0)
    throw invalid('toolChoice is "required", and there is no tool.', 'Pass `tools`.')
}

const invalid = (message: string, hint: string): RtError => new RtError({ code: 'invalid_request', message, hint })
