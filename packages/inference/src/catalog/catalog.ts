import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { RtError, throwIfAborted } from '@rt/core'
import { freeBytes, sha256File } from '@rt/node/files'
import { listCandidates } from './candidates.ts'
import { checkEntries } from './check-entries.ts'
import { describeModel } from './describe-model.ts'
import { ensureEntry } from './ensure.ts'
import { ENTRIES } from './entries.ts'
import { describeInstalled, listInstalled } from './list-installed.ts'
import { locateEntry, locatePath } from './locate.ts'
import { modelsFolder } from './models-folder.ts'
import { type ModelName, normalName, parseName, slugOf } from './parse-name.ts'
import type { CatalogPlace, PlacedEntry } from './place.ts'
import { recommend } from './recommend.ts'
import { bareRemoteEntry, pathEntry, remoteEntry } from './references.ts'
import { notInstalled, removeEntry } from './remove-entry.ts'
import { file } from './sources/file.ts'
import { hf } from './sources/hf.ts'
import { https } from './sources/https.ts'
import { maven } from './sources/maven.ts'
import { pypi } from './sources/pypi.ts'
import { suggestNames, unknownModel } from './suggest.ts'
import type {
  Catalog,
  CatalogEntry,
  CatalogOptions,
  InstalledModel,
  NameOptions,
  NotFoundOptions,
  ResolvedModel,
} from './types.ts'
import { createUserNames, nameTaken, parseUserName } from './user-names.ts'

/**
 * The models rt can use: those of its table by name, and on request files anywhere. Weights are pinned by size and sha256
 * and come from the first source that delivers exactly those bytes, caches of this machine first.
 *
 * @throws RtError `config_invalid` for a damaged table.
 */
export const createCatalog = (options: CatalogOptions = {}): Catalog => {
  const { home = homedir(), env = process.env, system, sources } = options
  const entries = checkEntries(options.entries ?? ENTRIES)
  const folder = options.folder === undefined ? modelsFolder(env, home) : resolve(options.folder)
  const place: CatalogPlace = { folder, home, env, system: { sha256File, freeBytes, ...system } }
  const lookUp = createLookUp(entries)
  const userNames = createUserNames(folder)

  /** A further name becomes what it stands for, which may be a reference: whoever owns the folder gave it. */
  const readName = (text: string, nameOptions?: NameOptions): { name: ModelName; aliasOf?: string } => {
    const name = parseName(text, nameOptions)
    const model = name.type === 'catalog' && !lookUp(name.name) ? userNames.get(name.name) : undefined
    return model === undefined ? { name } : { name: parseName(model, { references: true }), aliasOf: model }
  }
  /** Undefined: no model of that name. */
  const placedEntry = async (name: Exclude<ModelName, { type: 'path' }>): Promise<PlacedEntry | undefined> => {
    if (name.type === 'remote') return await remoteEntry(place, name)
    const entry = lookUp(name.name)
    return entry && { entry, at: slugOf(entry.name) }
  }
  const installed = (signal?: AbortSignal): Promise<InstalledModel[]> =>
    listInstalled(place, entries, { names: userNames.all(), signal })

  const notFound = async (name: string, { kind, references = false }: NotFoundOptions = {}): Promise<RtError> =>
    unknownModel(name, { candidates: listCandidates(entries, await installed(), kind), references })

  /** Where it lies, by name and size alone. */
  const look = async (name: ModelName, text: string, nameOptions: NameOptions = {}): Promise<Looked> => {
    if (name.type === 'path') {
      const found = await locatePath(name.path, home)
      if (!found) throw noFile(name.path)
      return { placed: { entry: found.entry, at: '' }, found, key: pathEntry(name.path, home).path }
    }
    const placed = await placedEntry(name)
    if (!placed) throw await notFound(text, { references: nameOptions.references ?? false })
    const found = await locateEntry(place, placed, { signal: nameOptions.signal, hash: false })
    return { placed, found, key: placed.entry.name }
  }

  return {
    folder,
    list: () => {
      const names = [...userNames.all()]
      return entries.map((entry) => {
        const given = names.flatMap(([name, model]) => (model === entry.name ? [name] : []))
        return given.length > 0 ? { ...entry, aliases: [...entry.aliases, ...given] } : entry
      })
    },
    suggest: (name) => suggestNames(name, entries),
    notFound,
    find(text, nameOptions) {
      const name = tryRead(() => readName(text, nameOptions).name)
      if (!name) return undefined
      if (name.type === 'catalog') return lookUp(name.name)
      return name.type === 'path' ? pathEntry(name.path, home).entry : bareRemoteEntry(name).entry
    },
    installed: ({ signal } = {}) => installed(signal),
    async locate(text, nameOptions = {}) {
      const { name } = readName(text, nameOptions)
      if (name.type === 'path') return await locatePath(name.path, home)
      const placed = await placedEntry(name)
      return placed && (await locateEntry(place, placed, { signal: nameOptions.signal }))
    },
    async ensure(text, ensureOptions = {}) {
      throwIfAborted(ensureOptions.signal)
      const { name } = readName(text, ensureOptions)
      if (name.type === 'path') {
        const found = await locatePath(name.path, home)
        if (found) return found
        throw noFile(name.path)
      }
      const placed = await placedEntry(name)
      if (!placed) throw await notFound(name.name, { references: ensureOptions.references ?? false })
      return await ensureEntry({
        ...ensureOptions,
        place,
        placed,
        sources: { hf, https, pypi, maven, file, ...sources },
      })
    },
    async copy(from, to, nameOptions) {
      const wanted = parseUserName(to)
      const taken = lookUp(wanted)
      if (taken) throw nameTaken(wanted, taken.name, 'Choose another name: those of the catalog stay what they are.')
      const { found, key } = await look(readName(from, nameOptions).name, from, nameOptions)
      if (!found) throw notInstalled(key, `Fetch it first: rt pull ${key}`)
      await userNames.set(wanted, key)
      return { name: wanted, model: key }
    },
    async remove(text, nameOptions) {
      const { name, aliasOf } = readName(text, nameOptions)
      if (aliasOf !== undefined) {
        const given = normalName(text.trim())
        await userNames.delete(given)
        return { name: given, bytes: 0, aliasOf }
      }
      if (name.type === 'path') throw notOurs(name.path)
      const placed = await placedEntry(name)
      if (!placed) throw await notFound(name.name, { references: nameOptions?.references ?? false })
      const [further] = [...userNames.all()].find(([, model]) => model === placed.entry.name) ?? []
      if (further !== undefined)
        throw nameTaken(further, placed.entry.name, `Take that name away first: rt rm ${further}`)
      return await removeEntry(place, placed)
    },
    async describe(text, nameOptions) {
      const { name, aliasOf } = readName(text, nameOptions)
      const { placed, found } = await look(name, text, nameOptions)
      const here = found && (await describeInstalled(place, placed, found, userNames.all()))
      return await describeModel(placed.entry, here, aliasOf)
    },
    recommend: ({ memoryBytes }) => recommend(entries, memoryBytes),
  }
}

interface Looked {
  placed: PlacedEntry
  /** Undefined: it is not on this machine. */
  found: ResolvedModel | undefined
  /** What further names of it stand for. */
  key: string
}

const createLookUp = (entries: CatalogEntry[]): ((name: string) => CatalogEntry | undefined) => {
  const byName = new Map(
    entries.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [normalName(name), entry] as const)),
  )
  return (name) => byName.get(normalName(name))
}

const tryRead = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

const noFile = (path: string): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `there is no file ${JSON.stringify(path)}.`,
    hint: 'Check the path.',
  })

const notOurs = (path: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `${JSON.stringify(path)} is a file of yours: rt does not delete it.`,
    hint: 'Delete it as you do with any file.',
  })
