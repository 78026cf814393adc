import { type ProviderKind, keyVariable } from '../../config/provider-kinds.ts'
import type { LoadedConfig } from '../../config/settings.ts'
import { withoutLogins } from '../../config/shown.ts'
import { kindOf } from '../../models/open-provider.ts'
import { createRemoteModels } from '../../models/remote-models.ts'
import type { CheckContext } from './check.ts'
import { loadedOf } from './settings-of.ts'

/** A remote service that is configured, or whose models a default or an alias names. */
export interface RemoteService {
  id: string
  kind: ProviderKind
  /** Where it is; undefined when only its package knows. */
  address: string | undefined
  /** Where its key comes from; undefined without one. */
  key: string | undefined
  /** What would have to be set for it to have a key; undefined when it has one or needs none. */
  missing: string | undefined
  /** Of kind ai-sdk. */
  package: string | undefined
  /** Its models that a default or an alias names. */
  names: string[]
}

/** Nobody is asked anything over the network. */
export const remoteServices = async ({
  config,
  env,
}: Pick<CheckContext, 'config' | 'env'>): Promise<RemoteService[]> => {
  const loaded = await loadedOf({ config, env })
  const { providers, chat, embed, aliases } = loaded.settings
  const remotes = createRemoteModels(providers)
  const named = [...new Set([...chat, ...(embed || []), ...Object.values(aliases).flat()])]
  const used = Map.groupBy(
    named.filter((name) => remotes.find(name, { chosen: true })),
    (name) => name.slice(0, name.indexOf('/')),
  )
  return Promise.all(
    [...new Set([...Object.keys(providers), ...used.keys()])].map(async (id): Promise<RemoteService> => {
      const settings = providers[id] ?? {}
      const kind = kindOf(id, settings)
      return {
        id,
        kind,
        address: withoutLogins((settings.baseURL ?? (await ownAddress(kind, env))) || '') || undefined,
        ...keyOf(id, kind, { loaded, env }),
        package: settings.package,
        names: used.get(id) ?? [],
      }
    }),
  )
}

const ownAddress = async (kind: ProviderKind, env: CheckContext['env']): Promise<string | undefined> => {
  if (kind === 'anthropic') return 'https://api.anthropic.com'
  if (kind === 'kserve' || kind === 'ai-sdk') return undefined
  const { PRESETS } = await import('@rt/inference/openai')
  const { baseURL, baseURLVariable } = PRESETS[kind]
  return (baseURLVariable && env[baseURLVariable]) || baseURL
}

const keyOf = (
  id: string,
  kind: ProviderKind,
  { loaded, env }: { loaded: LoadedConfig; env: CheckContext['env'] },
): Pick<RemoteService, 'key' | 'missing'> => {
  const written = loaded.rows.find(({ key }) => key === `providers.${id}.api_key`)?.value
  if (typeof written === 'string')
    return { key: written.startsWith('env:') ? written.slice('env:'.length) : 'config.toml', missing: undefined }
  const isElsewhere = loaded.settings.providers[id]?.baseURL !== undefined
  const variable = isElsewhere ? undefined : keyVariable(kind)
  if (variable !== undefined)
    return env[variable] ? { key: variable, missing: undefined } : { key: undefined, missing: variable }
  // It refuses to begin without one; others may need none.
  return { key: undefined, missing: kind === 'anthropic' ? `api_key of [providers.${id}]` : undefined }
}
