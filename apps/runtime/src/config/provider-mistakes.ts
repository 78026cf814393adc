import { nearestNames } from '@rt/core'
import { describePlace, isTable, valueAt } from './describe-place.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import type { Mistake } from './mistakes.ts'
import { isProviderKind, PROVIDER_KINDS, type ProviderKind } from './provider-kinds.ts'
import { visible } from './shown.ts'

/** Keys that only some kinds have. */
const ONLY: Record<string, (kind: ProviderKind) => boolean> = {
  version: (kind) => kind === 'anthropic',
  api: (kind) => !['anthropic', 'kserve', 'ai-sdk'].includes(kind),
  package: (kind) => kind === 'ai-sdk',
  headers: (kind) => kind !== 'kserve' && kind !== 'ai-sdk',
}
/** Keys that some kinds cannot do without. */
const NEEDED: Partial<Record<ProviderKind, { key: string; such: string }>> = {
  kserve: { key: 'base_url', such: 'base_url = "http://127.0.0.1:8000"' },
  'ai-sdk': { key: 'package', such: 'package = "@ai-sdk/google"' },
}

/** What is wrong between the keys of `[providers.NAME]` and of `[limits]`: the schema checks each by itself. */
export const providerMistakes = (raw: Record<string, unknown>, lines: KeyLines): Mistake[] => {
  const at = (path: Path, why: string): Mistake => ({
    line: lines.lineOf(path),
    where: describePlace(path, valueAt(raw, path)),
    why,
  })
  const { providers, limits } = raw
  const found = Object.entries(isTable(providers) ? providers : {}).flatMap(([name, table]): Mistake[] => {
    if (!isTable(table)) return []
    const path = ['providers', name]
    const kind = table['kind'] ?? name
    if (!isProviderKind(kind)) return table['kind'] === undefined ? [at(path, noKind(name))] : []
    const needed = NEEDED[kind]
    return [
      ...Object.keys(table).flatMap((key) =>
        ONLY[key] && !ONLY[key](kind) ? [at([...path, key], `A provider of kind ${kind} has no "${key}".`)] : [],
      ),
      ...(needed && table[needed.key] === undefined
        ? [at(path, `A provider of kind ${kind} needs ${needed.such}.`)]
        : []),
    ]
  })
  if (isTable(limits) && limits['store'] === 'redis' && limits['url'] === undefined)
    found.push(at(['limits', 'store'], 'It needs its address: url = "redis://127.0.0.1:6379".'))
  return found
}

const noKind = (name: string): string => {
  const [near] = nearestNames(name, PROVIDER_KINDS)
  return `It does not say what it speaks: kind = "openai" for any compatible server, or one of ${PROVIDER_KINDS.join(', ')}.${near ? ` Did you mean [providers.${near}] instead of [providers.${visible(name)}]?` : ''}`
}
