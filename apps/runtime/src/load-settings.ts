import { loadConfig } from './config/load-config.ts'
import type { LoadedConfig } from './config/settings.ts'
import type { RuntimeOptions } from './runtime.ts'

/** The settings of a runtime: its options, then `RT_*`, then config.toml. */
export const loadSettings = async (options: RuntimeOptions): Promise<LoadedConfig> => {
  const { chat, embed, threads, contextTokens, system, window, retrieve, passages, download, allowedHosts, trace } =
    options
  return loadConfig(
    { chat, embed, threads, contextTokens, system, window, retrieve, passages, download, allowedHosts, trace },
    { config: options.config, cwd: options.cwd, trust: options.trust, signal: options.signal },
  )
}
