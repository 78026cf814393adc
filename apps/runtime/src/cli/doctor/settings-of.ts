import { loadConfig } from '../../config/load-config.ts'
import type { Settings } from '../../config/settings.ts'
import type { CheckContext } from './check.ts'

/** What is set. What is wrong in config.toml or a variable is told by a check of its own: here the rest holds. */
export const settingsOf = async ({ config, env }: CheckContext): Promise<Settings> => {
  const ask = async (): Promise<boolean> => false
  const loaded = await loadConfig({}, { config, env, ask })
    .catch(() => loadConfig({}, { config: false, env, ask }))
    .catch(() => loadConfig({}, { config: false, env: {}, ask }))
  return loaded.settings
}
