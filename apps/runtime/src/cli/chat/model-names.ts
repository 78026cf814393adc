import { createCatalog } from '@rt/inference/catalog'
import { called } from '../called.ts'
import type { ModelNames } from './chat.ts'

/** Models of this machine, and what is known of a name. One that is unknown here may be an alias of config.toml. */
export const createModelNames = (): ModelNames => {
  const catalog = createCatalog()
  const installed = async (): Promise<string[]> =>
    (await catalog.installed()).filter(({ entry }) => entry.kind === 'chat').map(({ entry }) => entry.name)
  return {
    installed,
    async note(name) {
      const entry = catalog.find(name)
      if (!entry) {
        const [near] = catalog.suggest(name)
        return near && `did you mean ${near}?`
      }
      if (entry.kind !== 'chat') return 'it is no chat model: it cannot answer'
      return (await installed()).includes(entry.name) ? undefined : `not fetched yet: ${called} pull ${entry.name}`
    },
  }
}
