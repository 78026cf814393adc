import { type RtError, toRtError } from '@rt/core'
import { type Catalog, createCatalog } from '@rt/inference/catalog'
import { bytes, plural } from '../../output/units.ts'
import { isKnownPlace, PROVIDER_KINDS } from '../../../config/provider-kinds.ts'
import type { Settings } from '../../../config/settings.ts'
import { explainName } from '../../../models/meant-elsewhere.ts'
import type { Check, Finding } from '../check.ts'
import { type RemoteService, remoteServices } from '../remote-services.ts'
import { settingsOf } from '../settings-of.ts'

export const models: Check = {
  section: 'models',
  name: 'models',
  async run(context) {
    const catalog = createCatalog({ env: context.env })
    const [installed, settings, services] = await Promise.all([
      catalog.installed({ signal: context.signal }),
      settingsOf(context),
      remoteServices(context),
    ])
    const total = installed.reduce((sum, model) => sum + model.bytes, 0)
    const names = installed.map(({ entry }) => entry.name)
    const here = { catalog, names, settings, services }
    return [
      {
        name: 'installed',
        state: 'ok',
        detail: names.length ? `${plural(names.length, 'model')}, ${bytes(total)}: ${names.join(', ')}` : 'none',
      },
      await usable('chat model', settings.chat, here),
      ...(settings.embed === false
        ? [
            {
              name: 'embedder',
              state: 'ok',
              detail: 'switched off: documents are found by words only',
            } satisfies Finding,
          ]
        : [await usable('embedder', settings.embed, here)]),
      ...(settings.rerank ? [await usable('reranker', settings.rerank, here)] : []),
      ...(await unknownIn('pinned', settings.pinned, here)),
      ...(await unknownIn('engine.models', Object.keys(settings.engine.models ?? {}), here)),
    ]
  },
}

interface Here {
  catalog: Catalog
  /** Of installed models. */
  names: string[]
  settings: Settings
  services: RemoteService[]
}

type Use = 'chat model' | 'embedder' | 'reranker'

const usable = async (name: Use, wanted: string[], here: Here): Promise<Finding> => {
  const found = await firstUsable(name, wanted, here)
  const lost = await unknownName(wanted, here)
  // A name that nothing has is passed over in silence, while there are others.
  return lost && found.state === 'ok'
    ? { ...found, state: 'warning', detail: `${found.detail}; ${lost.message}`, fix: lost.hint ?? 'See rt list --all' }
    : found
}

/** Of a list what is here or elsewhere is asked in order; when there is nothing, the first that can be fetched. */
const firstUsable = async (name: Use, wanted: string[], here: Here): Promise<Finding> => {
  const { catalog, names, settings, services } = here
  const known = wanted.flatMap((one) => settings.aliases[one] ?? [one])
  const serviceOf = (one: string): RemoteService | undefined => services.find((service) => service.names.includes(one))
  const isFetchable = (one: string): boolean =>
    (catalog.find(one, { references: true })?.files[0]?.sources.length ?? 0) > 0
  let absent: string | undefined
  for (const one of known) {
    const service = serviceOf(one)
    if (service) {
      // Vectors of different embedders do not compare: the next one is not asked instead.
      if (name === 'embedder' && service.kind === 'anthropic')
        return { name, state: 'red', detail: `${one}: ${service.id} has no embedding models`, fix: NO_EMBEDDER }
      if (name === 'embedder' && service.missing !== undefined) break
      if (service.missing !== undefined) continue
      // What was listed before it is fetched first, where that is allowed.
      if (absent !== undefined && settings.download)
        return notHere(name, absent, here, `; then ${one}, of ${service.id}`)
      return { name, state: 'ok', detail: `${one}, of ${service.id}` }
    }
    const entry = catalog.find(one, { references: true })
    // A file that is named by its path is there or not; all else is in the list of what is installed.
    const file = entry && entry.files[0]?.sources.length === 0
    if (file ? await catalog.locate(one, { references: true }) : entry && names.includes(entry.name))
      return { name, state: 'ok', detail: `${one}, installed` }
    if (isFetchable(one)) absent ??= one
  }
  const [keyless] = known.flatMap((one) => serviceOf(one) ?? [])
  if (keyless) {
    const { id, missing } = keyless
    return {
      name,
      state: 'red',
      detail: `${known.join(', ')}: none can be asked, for ${id} has no key`,
      fix: `Set ${missing} to its key`,
    }
  }
  if (absent !== undefined) return notHere(name, absent, here)
  const { message, hint } = await explained(known[0] ?? '', here)
  return { name, state: 'red', detail: message, fix: hint ?? 'Choose another: rt list --all' }
}

const notHere = (name: string, model: string, { catalog, settings }: Here, otherwise = ''): Finding => {
  const size = catalog.find(model)?.files.reduce((sum, file) => sum + (file.bytes ?? 0), 0)
  const detail = `${model} is not here yet${size ? ` (${bytes(size)})` : ''}`
  return settings.download
    ? {
        name,
        state: 'warning',
        detail: `${detail}: fetched when it is first needed${otherwise}`,
        fix: `rt pull ${model}`,
      }
    : { name, state: 'red', detail: `${detail}, and fetching is switched off`, fix: `rt pull ${model}` }
}

const NO_EMBEDDER = 'Name one of another provider, or a local one: bge-small-en-v1.5'

const unknownName = async (wanted: string[], here: Here): Promise<RtError | undefined> => {
  const { catalog, settings, services } = here
  const lost = wanted
    .flatMap((one) => settings.aliases[one] ?? [one])
    .find((one) => !services.some(({ names }) => names.includes(one)) && !catalog.find(one, { references: true }))
  return lost === undefined ? undefined : await explained(lost, here)
}

/** A name that nothing has keeps no model in memory and changes none, and nothing else says so. */
const unknownIn = async (name: string, wanted: string[], here: Here): Promise<Finding[]> => {
  const lost = await unknownName(wanted, here)
  return lost ? [{ name, state: 'warning', detail: lost.message, fix: lost.hint ?? 'See rt list --all' }] : []
}

const explained = async (name: string, { catalog, settings, services }: Here): Promise<RtError> => {
  const ids = [...Object.keys(settings.providers), ...PROVIDER_KINDS.filter(isKnownPlace)]
  const names = services.flatMap((service) => service.names)
  const error = await catalog.notFound(name, { references: true })
  return toRtError(explainName(error, name, { ids, names }, true))
}
