import { loadConfig } from './config/load-config.ts'
import type { LoadedConfig, ProviderSettings } from './config/settings.ts'
import type { RuntimeOptions } from './runtime.ts'

/** The settings of a runtime: its options, then `RT_*`, then config.toml. */
export const loadSettings = async (options: RuntimeOptions): Promise<LoadedConfig> => {
  const { chat, embed, threads, contextTokens, system, window, retrieve, passages, download, allowedHosts, trace } =
    options
  return loadConfig(
    { chat, embed, threads, contextTokens, system, window, retrieve, passages, download, allowedHosts, trace },
    {
      config: options.config,
      cwd: options.cwd,
      trust: options.trust,
      signal: options.signal,
      routing: { providers: configured(options.providers), router: options.router, limits: options.limits },
    },
  )
}

/** Without those that the program made itself. */
const configured = (providers: RuntimeOptions['providers'] = {}): Record<string, ProviderSettings> =>
  Object.fromEntries(
    Object.entries(providers).flatMap(([id, provider]) => ('languageModel' in provider ? [] : [[id, provider]])),
  )
