import { posix } from 'node:path'
import { type ModelName, parseName } from './parse-name.ts'
import type { CatalogPlace } from './place.ts'
import { chooseQuant, listQuants, type QuantChoice } from './quants.ts'
import { listPins } from './references.ts'
import { listCachedFiles } from './sources/caches.ts'
import { readHubModel } from './sources/read-hub-model.ts'
import { parseSource } from './parse-source.ts'
import type { EnsureOptions, ModelKind } from './types.ts'

type HubName = Extract<ModelName, { type: 'hub' }>
type RemoteName = Extract<ModelName, { type: 'remote' }>

/** Which file of a repository is meant, by what of it is on this machine. Undefined: nothing that would do. */
export const chooseHere = async (place: CatalogPlace, name: HubName): Promise<RemoteName | undefined> => {
  const pinned = (await listPins(place)).flatMap(({ source, bytes }) => {
    const location = parseSource(source)
    const same = location.scheme === 'hf' && location.repo === name.repo && location.revision === name.revision
    return same ? [{ path: location.path, bytes }] : []
  })
  const cached = (await listCachedFiles(place, name)).map(({ path }) => ({ path }))
  const choices = listQuants([...pinned, ...cached.filter(({ path }) => !pinned.some((one) => one.path === path))])
  if (choices.length === 0) return undefined
  try {
    const { choice } = chooseQuant(choices, {
      name: name.name,
      quant: name.quant,
      memoryBytes: place.system.memoryBytes(),
    })
    return fileOf(name, choice)
  } catch {
    // What is here is not what was asked for.
    return undefined
  }
}

/** A file of a repository, with what the hub says of all of it. */
export interface HubChoice {
  name: RemoteName
  licence?: string
  kind?: ModelKind
}

/** Which file of a repository is meant, by what the hub says it has. */
export const chooseOnHub = async (
  place: CatalogPlace,
  name: HubName,
  { signal, onEvent }: Pick<EnsureOptions, 'signal' | 'onEvent'>,
): Promise<HubChoice> => {
  const { files, licence, kind } = await readHubModel(name, { env: place.env, token: place.token, signal })
  const { choice, why } = chooseQuant(listQuants(files), {
    name: name.name,
    quant: name.quant,
    memoryBytes: place.system.memoryBytes(),
  })
  onEvent?.({
    type: 'chosen',
    model: name.name,
    file: posix.basename(choice.path),
    ...(choice.quant && { quantization: choice.quant }),
    ...(choice.bytes !== undefined && { bytes: choice.bytes }),
    why,
  })
  return { name: fileOf(name, choice), ...(licence && { licence }), ...(kind && { kind }) }
}

/** @throws RtError `invalid_request` for a file whose path cannot be one here. */
const fileOf = ({ repo, revision }: HubName, { path }: QuantChoice): RemoteName => {
  const at = revision === 'main' ? repo : `${repo}@${revision}`
  return parseName(`hf:${at}/${path}`, { references: true }) as RemoteName
}
