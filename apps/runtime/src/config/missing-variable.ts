import { nearestNames } from '@rt/core'
import { describePlace, valueAt } from './describe-place.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import type { Mistake } from './mistakes.ts'
import { isProviderKind, keyVariable } from './provider-kinds.ts'

interface File {
  raw: unknown
  lines: KeyLines
  env: Record<string, string | undefined>
}

/** `env:NAME` of a variable that is not set. */
export const missingVariable = (
  { path, variable }: { path: Path; variable: string },
  { raw, lines, env }: File,
): Mistake => {
  const [near] = variable ? nearestNames(variable, Object.keys(env)) : []
  const key = path.filter((part) => typeof part === 'string')
  return {
    line: lines.lineOf(path),
    where: describePlace(key, valueAt(raw, key)),
    why: /^[A-Za-z_]\w*$/.test(variable)
      ? `The environment variable ${variable} is not set${near ? `; did you mean ${near}?` : '.'} Set it, or remove the line${without(key, raw)}`
      : `After env: stands the name of an environment variable, such as env:MY_KEY.`,
  }
}

/** What a provider does without its key. */
const without = ([table, name = '', key]: string[], raw: unknown): string => {
  if (table !== 'providers' || key !== 'api_key') return '.'
  const kind = valueAt(raw, ['providers', name, 'kind']) ?? name
  const own = isProviderKind(kind) && valueAt(raw, ['providers', name, 'base_url']) === undefined && keyVariable(kind)
  return own
    ? `: the key is then read from ${own}, and only when one of its models is asked.`
    : ': no key is sent then.'
}
