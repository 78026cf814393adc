import { checkLabel, RtError, type SideEffect, type Tool } from '@rt/core'
import { isRepeatable } from './execute/is-repeatable.ts'

const NAME = /^[a-zA-Z0-9_-]{1,64}$/
const SIDE_EFFECTS: readonly SideEffect[] = ['network', 'write', 'destructive']

/** @throws RtError `invalid_request` for the first option that is wrong. */
export const checkToolOptions = (
  options: Pick<Tool, 'name' | 'timeoutMs'> & Omit<Partial<Tool>, 'outputSchema'>,
): void => {
  const { name, timeoutMs, retry, label, sideEffects = [], maxConcurrent, maxResultBytes } = options
  if (!NAME.test(name)) throw invalid(`"${name}" is not a tool name.`, 'Use 1-64 letters, digits, "_" or "-".')
  if (!(timeoutMs > 0))
    throw invalid(`timeoutMs of ${name} is ${timeoutMs}.`, 'Give a positive number of milliseconds.')
  const unknown = sideEffects.find((effect) => !SIDE_EFFECTS.includes(effect))
  if (unknown !== undefined)
    throw invalid(`sideEffects of ${name} has "${unknown}".`, `There are: ${SIDE_EFFECTS.join(', ')}; [] for none.`)
  for (const [option, value] of Object.entries({ maxConcurrent, maxResultBytes }))
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw invalid(`${option} of ${name} is ${value}.`, 'Give a whole number, 1 or more.')
  if (retry) checkRetry(name, retry, isRepeatable(options))
  checkLabel(label, name)
}

const checkRetry = (name: string, { retries, delayMs }: NonNullable<Tool['retry']>, repeatable: boolean): void => {
  if (!(Number.isInteger(retries) && retries >= 0))
    throw invalid(`retry.retries of ${name} is ${retries}.`, 'Give a whole number, 0 or more.')
  if (delayMs !== undefined && !(delayMs >= 0))
    throw invalid(`retry.delayMs of ${name} is ${delayMs}.`, 'Give 0 or more milliseconds.')
  if (!repeatable)
    throw invalid(
      `${name} has a retry, and nobody said that it may run twice.`,
      'Say `sideEffects: []` if a call changes nothing, or `idempotent: true` if a second one changes no more; else leave `retry` out.',
    )
}

const invalid = (message: string, hint: string): RtError => new RtError({ code: 'invalid_request', message, hint })
