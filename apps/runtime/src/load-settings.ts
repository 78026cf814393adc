import { RtError } from '@rt/core'
import { loadConfig } from './config/load-config.ts'
import type { FlagValues, LoadedConfig, ProviderSettings } from './config/settings.ts'
import type { RuntimeOptions } from './runtime.ts'

/** Options that are settings. Not all of one name are: `tools` are the program's own, those of config.toml which may run. */
const OPTIONS = [
  'chat',
  'embed',
  'rerank',
  'threads',
  'contextTokens',
  'memoryBudget',
  'memoryWait',
  'kvBudget',
  'keepAlive',
  'pinned',
  'system',
  'window',
  'retrieve',
  'passages',
  'download',
  'allowedHosts',
  'trace',
] as const satisfies (keyof RuntimeOptions & keyof FlagValues)[]

/** The settings of a runtime: its options, then `RT_*`, then config.toml. */
export const loadSettings = async (options: RuntimeOptions): Promise<LoadedConfig> => {
  const given = Object.fromEntries(OPTIONS.map((name) => [name, options[name]]))
  return loadConfig(given, {
    config: options.config,
    cwd: options.cwd,
    trust: options.trust,
    signal: options.signal,
    routing: { providers: configured(options.providers), router: options.router, limits: options.limits },
    engine: options.engine,
    vector: options.vector,
    toolSelect: options.toolSelect,
    mcp: options.mcp,
    toolSettings: options.toolRules && { rules: options.toolRules },
  })
}

/** Without those that the program made itself, whose names are theirs. */
const configured = (providers: RuntimeOptions['providers'] = {}): Record<string, ProviderSettings> =>
  Object.fromEntries(
    Object.entries(providers).flatMap(([name, provider]) => {
      if (!('languageModel' in provider)) return [[name, provider]]
      if (provider.id === name) return []
      throw new RtError({
        code: 'config_invalid',
        message: `providers.${name} is a provider with the id ${JSON.stringify(provider.id)}.`,
        hint: `Its models are called by its id: make it with id: '${name}', or put it under ${JSON.stringify(provider.id)}.`,
      })
    }),
  )
