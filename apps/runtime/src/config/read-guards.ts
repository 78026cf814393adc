import { RtError } from '@rt/core'
import type { GuardSettings } from './guard-settings.ts'
import type { ConfigFile } from './read-file.ts'
import { camelCase, mapValues } from './to-options.ts'

type Table = Record<string, unknown>

/** What a guard does nothing without. */
const NEEDED: [keyof GuardSettings, string[]][] = [
  ['classifier', ['model', 'labels']],
  ['judge', ['rules']],
]

/**
 * `[guards]` of a file. The schema has checked every value.
 *
 * @throws RtError `config_invalid` for a guard that lacks what it needs.
 */
export const readGuards = (file: ConfigFile | undefined): GuardSettings => {
  const tables = (file?.get(['guards'])?.value ?? {}) as Table
  for (const [guard, keys] of NEEDED)
    for (const key of keys)
      if (tables[guard] !== undefined && isNothing((tables[guard] as Table)[key]))
        throw missing(`[guards.${guard}] in line ${file!.get(['guards', guard])!.line}`, key)
  const { allow, deny } = (tables['topics'] ?? {}) as Table
  if (tables['topics'] !== undefined && isNothing(allow) && isNothing(deny))
    throw missing(`[guards.topics] in line ${file!.get(['guards', 'topics'])!.line}`, 'allow or deny')
  return mapValues(tables, camelCase) as GuardSettings
}

const isNothing = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const missing = (where: string, key: string): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `${where} has no ${key}.`,
    hint: 'Without it the guard does nothing. Give it, or remove the table.',
  })
