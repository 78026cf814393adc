import type { Sampling } from '@rt/core'
import type { ModelPreset } from './types.ts'
import type { UserModel } from './user-names.ts'

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands behind a name in the file of names; undefined when it is none of ours. */
export const readUserModel = (value: unknown): UserModel | undefined => {
  if (typeof value === 'string') return { model: value }
  if (!isObject(value) || typeof value['model'] !== 'string') return undefined
  const { model, sampling, preset, licence, ...rest } = value
  if (Object.keys(rest).length > 0) return undefined
  if (sampling !== undefined && !isSampling(sampling)) return undefined
  if (preset !== undefined && !isPreset(preset)) return undefined
  if (licence !== undefined && typeof licence !== 'string') return undefined
  return { model, ...(sampling && { sampling }), ...(preset && { preset }), ...(licence !== undefined && { licence }) }
}

const isSampling = (value: unknown): value is Sampling =>
  isObject(value) && Object.values(value).every((one) => typeof one === 'number')

const isText = (value: unknown): value is string => typeof value === 'string'
const isListOf = (value: unknown, fits: (one: unknown) => boolean): boolean => Array.isArray(value) && value.every(fits)

const FIELDS: Record<keyof ModelPreset, (value: unknown) => boolean> = {
  system: isText,
  template: isText,
  stop: (value) => isListOf(value, isText),
  maxOutputTokens: Number.isSafeInteger,
  contextTokens: Number.isSafeInteger,
  messages: (value) =>
    isListOf(
      value,
      (one) => isObject(one) && /^(?:system|user|assistant)$/.test(String(one['role'])) && isText(one['text']),
    ),
  adapters: (value) => isListOf(value, (one) => isObject(one) && isText(one['path']) && Number.isFinite(one['scale'])),
}

const isPreset = (value: unknown): value is ModelPreset =>
  isObject(value) && Object.entries(value).every(([name, one]) => FIELDS[name as keyof ModelPreset]?.(one))
