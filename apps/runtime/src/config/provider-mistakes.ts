import { nearestNames } from '@rt/core'
import { describePlace, isTable, valueAt } from './describe-place.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import type { Mistake } from './mistakes.ts'
import { isProviderKind, PROVIDER_KINDS, type ProviderKind } from './provider-kinds.ts'
import { visible } from './shown.ts'
import { variableMeant } from './variable-meant.ts'

/** Keys that only some kinds have. */
const ONLY: Record<string, (kind: ProviderKind) => boolean> = {
  version: (kind) => kind === 'anthropic',
  api: (kind) => !['anthropic', 'kserve', 'ai-sdk'].includes(kind),
  package: (kind) => kind === 'ai-sdk',
  headers: (kind) => kind !== 'kserve' && kind !== 'ai-sdk',
  dimensions: (kind) => kind !== 'anthropic',
  context_tokens: (kind) => kind !== 'kserve',
}
/** Keys that some kinds cannot do without. */
const NEEDED: Partial<Record<ProviderKind, { key: string; such: string }>> = {
  kserve: { key: 'base_url', such: 'the address of its server: base_url = "http://127.0.0.1:8000"' },
  'ai-sdk': { key: 'package', such: 'an installed package: package = "@ai-sdk/google"' },
}

/**
 * What is wrong between the keys of `[providers.NAME]` and of `[limits]`: the schema checks each by itself.
 *
 * @param resolved the same as `raw` with `env:NAME` replaced.
 */
export const providerMistakes = (
  raw: Record<string, unknown>,
  resolved: Record<string, unknown>,
  lines: KeyLines,
): Mistake[] => {
  const at = (path: Path, why: string): Mistake => ({
    line: lines.lineOf(path),
    where: describePlace(path, valueAt(raw, path)),
    why,
  })
  const { providers, limits } = resolved
  return [
    ...Object.entries(isTable(providers) ? providers : {}).flatMap(([name, table]) =>
      isTable(table)
        ? [...ofProvider(name, table, at), ...ofKey(name, valueAt(raw, ['providers', name, 'api_key']), at)]
        : [],
    ),
    ...(isTable(limits) ? ofLimits(limits, at) : []),
  ]
}

type At = (path: Path, why: string) => Mistake

const ofProvider = (name: string, table: Record<string, unknown>, at: At): Mistake[] => {
  const path = ['providers', name]
  const kind = table['kind'] ?? name
  // A wrong kind is told by the schema.
  if (!isProviderKind(kind)) return table['kind'] === undefined ? [at(path, noKind(name))] : []
  const needed = NEEDED[kind]
  return [
    ...Object.keys(table)
      .filter((key) => ONLY[key] && !ONLY[key](kind))
      .map((key) =>
        at([...path, key], `A provider of kind ${kind} has no "${key}": remove it. ${kindsWith(ONLY[key]!)}`),
      ),
    ...(needed && table[needed.key] === undefined
      ? [at(path, `A provider of kind ${kind} needs ${needed.such}.`)]
      : []),
  ]
}

/** The name of a variable, which would be sent as it stands. */
const ofKey = (name: string, written: unknown, at: At): Mistake[] => {
  const variable = variableMeant(written)
  return variable === undefined
    ? []
    : [at(['providers', name, 'api_key'], `This would be sent as the key itself. Write "env:${variable}".`)]
}

const kindsWith = (has: (kind: ProviderKind) => boolean): string => {
  const [only, ...more] = PROVIDER_KINDS.filter(has)
  return more.length
    ? `All but ${PROVIDER_KINDS.filter((kind) => !has(kind)).join(', ')} have it.`
    : `Only kind ${only} has it.`
}

const noKind = (name: string): string => {
  const [near] = nearestNames(name, PROVIDER_KINDS)
  const meant = near ? `; did you mean [providers.${near}]?` : '.'
  return `What "${visible(name)}" speaks is not known${meant} Write its kind: kind = "openai" for any server with OpenAI's protocol, or one of ${PROVIDER_KINDS.join(', ')}.`
}

const ofLimits = ({ store, url }: Record<string, unknown>, at: At): Mistake[] => {
  if (store === 'redis' && url === undefined)
    return [at(['limits', 'store'], 'It needs its address: url = "redis://127.0.0.1:6379".')]
  if (url !== undefined && (store === undefined || store === 'memory'))
    return [at(['limits', 'url'], 'An address is of a Redis: write store = "redis" too, or remove it.')]
  return []
}
