import { type Catalog, createCatalog } from '@rt/inference/catalog'
import { bytes, plural } from '../../output/units.ts'
import type { Settings } from '../../../config/settings.ts'
import type { Check, Finding } from '../check.ts'
import { settingsOf } from '../settings-of.ts'

export const models: Check = {
  section: 'models',
  name: 'models',
  async run(context) {
    const catalog = createCatalog({ env: context.env })
    const [installed, settings] = await Promise.all([
      catalog.installed({ signal: context.signal }),
      settingsOf(context),
    ])
    const total = installed.reduce((sum, model) => sum + model.bytes, 0)
    const names = installed.map(({ entry }) => entry.name)
    return [
      {
        name: 'installed',
        state: 'ok',
        detail: names.length ? `${plural(names.length, 'model')}, ${bytes(total)}: ${names.join(', ')}` : 'none',
      },
      await usable('chat model', settings.chat, { catalog, names, settings }),
      ...(settings.embed === false
        ? [
            {
              name: 'embedder',
              state: 'ok',
              detail: 'switched off: documents are found by words only',
            } satisfies Finding,
          ]
        : [await usable('embedder', settings.embed, { catalog, names, settings })]),
    ]
  },
}

interface Here {
  catalog: Catalog
  /** Of installed models. */
  names: string[]
  settings: Settings
}

/** Of a list the first that is here is used, else the first that can be fetched. */
const usable = async (name: string, wanted: string[], { catalog, names, settings }: Here): Promise<Finding> => {
  const known = wanted.flatMap((one) => settings.aliases[one] ?? [one])
  for (const one of known) {
    const entry = catalog.find(one, { references: true })
    // A file that is named by its path is there or not; all else is in the list of what is installed.
    const file = entry && entry.files[0]?.sources.length === 0
    if (file ? await catalog.locate(one, { references: true }) : entry && names.includes(entry.name))
      return { name, state: 'ok', detail: `${one}, installed` }
  }
  const fetchable = known.find((one) => (catalog.find(one, { references: true })?.files[0]?.sources.length ?? 0) > 0)
  if (fetchable === undefined) {
    const { message, hint } = await catalog.notFound(known[0] ?? '')
    return { name, state: 'red', detail: message, fix: hint ?? 'Choose another: rt list --all' }
  }
  const size = catalog.find(fetchable)?.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)
  const detail = `${fetchable} is not here yet${size ? ` (${bytes(size)})` : ''}`
  return settings.download
    ? { name, state: 'warning', detail: `${detail}: fetched when it is first needed`, fix: `rt pull ${fetchable}` }
    : { name, state: 'red', detail: `${detail}, and fetching is switched off`, fix: `rt pull ${fetchable}` }
}
