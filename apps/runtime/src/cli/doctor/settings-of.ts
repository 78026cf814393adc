import { loadConfig } from '../../config/load-config.ts'
import type { LoadedConfig, Settings } from '../../config/settings.ts'
import type { CheckContext } from './check.ts'

type Where = Pick<CheckContext, 'config' | 'env'>

/** What is set. What is wrong in config.toml or a variable is told by a check of its own: here the rest holds. */
export const loadedOf = async ({ config, env }: Where): Promise<LoadedConfig> => {
  const ask = async (): Promise<boolean> => false
  return loadConfig({}, { config, env, ask })
    .catch(() => loadConfig({}, { config: false, env, ask }))
    .catch(() => loadConfig({}, { config: false, env: {}, ask }))
}

export const settingsOf = async (where: Where): Promise<Settings> => (await loadedOf(where)).settings
