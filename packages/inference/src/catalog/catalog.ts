import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { type RtError, throwIfAborted } from '@rt/core'
import { freeBytes, sha256File } from '@rt/node/files'
import { listCandidates } from './candidates.ts'
import { chooseOnHub } from './choose-file.ts'
import { checkEntries } from './check-entries.ts'
import { describeModel } from './describe-model.ts'
import { ensureEntry } from './ensure.ts'
import { ENTRIES } from './entries.ts'
import { describeInstalled, listInstalled } from './list-installed.ts'
import { locateEntry, locatePath } from './locate.ts'
import { createLookUp } from './look-up.ts'
import { modelsFolder } from './models-folder.ts'
import { readGgufModel } from '../driver-kit/gguf/read-gguf-model.ts'
import { memoryBytes } from '../driver-kit/memory-bytes.ts'
import { type ModelName, normalName, parseName } from './parse-name.ts'
import type { CatalogPlace, PlacedEntry } from './place.ts'
import { createNamePlacer } from './place-name.ts'
import { readModelfile } from './read-modelfile.ts'
import { recommend } from './recommend.ts'
import { noFile, notOurs } from './path-errors.ts'
import { pathEntry } from './references.ts'
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
  EnsureOptions,
  InstalledModel,
  NameOptions,
  NotFoundOptions,
  ResolvedModel,
} from './types.ts'
import { createUserNames, nameTaken, parseUserName, type UserModel } from './user-names.ts'
import { hasSettings, withBase, withSettings } from './with-settings.ts'

/**
 * The models rt can use: those of its table by name, and on request files anywhere. Weights are pinned by size and sha256
 * and come from the first source that delivers exactly those bytes, caches of this machine first.
 *
 * @throws RtError `config_invalid` for a damaged table.
 */
export const createCatalog = (options: CatalogOptions = {}): Catalog => {
  const { home = homedir(), env = process.env, token, system, sources } = options
  const entries = checkEntries(options.entries ?? ENTRIES)
  const folder = options.folder === undefined ? modelsFolder(env, home) : resolve(options.folder)
  const place: CatalogPlace = { folder, home, env, token, system: { sha256File, freeBytes, memoryBytes, ...system } }
  const lookUp = createLookUp(entries)
  const placer = createNamePlacer(place, entries, lookUp)
  const userNames = createUserNames(folder)

  /** A name of the user's becomes what it stands for, which may be a reference: whoever owns the folder gave it. */
  const readName = (text: string, nameOptions?: NameOptions): ReadName => {
    const name = parseName(text, nameOptions)
    const user = name.type === 'catalog' && !lookUp(name.name) ? userNames.get(name.name) : undefined
    if (!user || name.type !== 'catalog') return { name, own: (entry) => entry }
    const own = (entry: CatalogEntry): CatalogEntry => withSettings(entry, name.name, user)
    return { name: parseName(user.model, { references: true }), user, own }
  }
  const installed = async (signal?: AbortSignal): Promise<InstalledModel[]> => {
    const names = userNames.all()
    const models = await listInstalled(place, { placed: placer.known(), names, signal })
    // A name with settings of its own is a model of its own, of the same files.
    const made = [...names].flatMap(([name, user]) => {
      const base = hasSettings(user) ? models.find(({ entry }) => entry.name === user.model) : undefined
      return base ? [{ ...base, entry: withSettings(base.entry, name, user), names: [] }] : []
    })
    return [...models, ...made]
  }
  const notFound = async (name: string, { kind, references = false }: NotFoundOptions = {}): Promise<RtError> =>
    unknownModel(name, { candidates: listCandidates(entries, await installed(), kind), references })

  /** Where it lies, by name and size alone. */
  const look = async ({ name }: ReadName, text: string, nameOptions: NameOptions = {}): Promise<Looked> => {
    if (name.type === 'path') {
      const found = await locatePath(name.path, home)
      if (!found) throw noFile(name.path)
      return { placed: { entry: found.entry, at: '' }, found, key: pathEntry(name.path, home).path }
    }
    const placed = await placer.place(name, { hash: false })
    if (placed) {
      const found = await locateEntry(place, placed, { signal: nameOptions.signal, hash: false })
      return { placed, found, key: placed.entry.name }
    }
    const bare = placer.bare(name)
    if (!bare) throw await notFound(text, { references: nameOptions.references ?? false })
    return { placed: { entry: bare, at: '' }, found: undefined, key: bare.name }
  }

  const catalog: Catalog = {
    folder,
    list: () => {
      const names = [...userNames.all()].filter(([, user]) => !hasSettings(user))
      return entries.map((entry) => {
        const given = names.flatMap(([name, { model }]) => (model === entry.name ? [name] : []))
        return given.length > 0 ? { ...entry, aliases: [...entry.aliases, ...given] } : entry
      })
    },
    suggest: (name) => suggestNames(name, entries),
    notFound,
    find(text, nameOptions) {
      const read = tryRead(() => readName(text, nameOptions))
      if (!read) return undefined
      const entry = read.name.type === 'path' ? pathEntry(read.name.path, home).entry : placer.bare(read.name)
      return entry && read.own(entry)
    },
    installed: ({ signal } = {}) => installed(signal),
    async locate(text, nameOptions = {}) {
      const { name, own } = readName(text, nameOptions)
      const found = await locate(name, nameOptions.signal)
      return found && { ...found, entry: own(found.entry) }
    },
    async ensure(text, ensureOptions = {}) {
      const { signal } = ensureOptions
      throwIfAborted(signal)
      const { name, own } = readName(text, ensureOptions)
      if (name.type === 'path') {
        const found = await locatePath(name.path, home)
        if (found) return { ...found, entry: own(found.entry) }
        throw noFile(name.path)
      }
      const here = await placer.place(name, { signal })
      const placed = here ?? (name.type === 'hub' ? await placeOnHub(name, ensureOptions) : undefined)
      if (!placed) throw await notFound(name.name, { references: ensureOptions.references ?? false })
      const ensured = await ensureEntry({
        ...ensureOptions,
        place,
        placed,
        sources: { hf, https, pypi, maven, file, ...sources },
      })
      return { ...ensured, entry: own(ensured.entry) }
    },
    async copy(from, to, nameOptions) {
      const wanted = parseUserName(to)
      refuseTaken(wanted)
      const read = readName(from, nameOptions)
      const { found, key } = await look(read, from, nameOptions)
      if (!found) throw notInstalled(key, `Fetch it first: rt pull ${key}`)
      await userNames.set(wanted, { ...read.user, model: key })
      return { name: wanted, model: key }
    },
    async create(to, text, createOptions = {}) {
      const wanted = parseUserName(to)
      refuseTaken(wanted)
      const { model: from, warnings, ...settings } = await readModelfile(text, { home, ...createOptions })
      const read = readName(from, { references: true })
      const { entry, files } = await catalog.ensure(from, { ...createOptions, references: true })
      // A name for a file that cannot be used would be found out with the first question.
      if (entry.engine === 'gguf') await readGgufModel(files.model)
      const { key } = await look(read, from, createOptions)
      const user = withBase(read.user, { ...settings, model: key })
      await userNames.set(wanted, user, { replace: true })
      return { name: wanted, model: key, entry: withSettings(entry, wanted, user), warnings }
    },
    async remove(text, nameOptions) {
      const { name, user } = readName(text, nameOptions)
      if (user) {
        const given = normalName(text.trim())
        await userNames.delete(given)
        return { name: given, bytes: 0, aliasOf: user.model }
      }
      if (name.type === 'path') throw notOurs(name.path)
      const placed = await placer.place(name, { hash: false })
      if (!placed) throw await notFound(name.name, { references: nameOptions?.references ?? false })
      const [further] = [...userNames.all()].find(([, { model }]) => model === placed.entry.name) ?? []
      if (further !== undefined)
        throw nameTaken(further, placed.entry.name, `Take that name away first: rt rm ${further}`)
      return await removeEntry(place, placed)
    },
    async describe(text, nameOptions) {
      const read = readName(text, nameOptions)
      const { placed, found } = await look(read, text, nameOptions)
      const here = found && (await describeInstalled(place, placed, found, userNames.all()))
      const described = await describeModel(read.own(placed.entry), here, read.user?.model)
      return described
    },
    recommend: ({ memoryBytes: bytes }) => recommend(entries, bytes),
  }
  return catalog

  async function placeOnHub(name: HubName, { signal, onEvent }: EnsureOptions): Promise<PlacedEntry | undefined> {
    const { name: chosen, ...told } = await chooseOnHub(place, name, { signal, onEvent })
    const placed = await placer.place(chosen, { signal })
    return placed && { ...placed, entry: { ...placed.entry, ...told } }
  }
  async function locate(name: ModelName, signal: AbortSignal | undefined): Promise<ResolvedModel | undefined> {
    if (name.type === 'path') return await locatePath(name.path, home)
    const placed = await placer.place(name, { signal })
    return placed && (await locateEntry(place, placed, { signal }))
  }
  function refuseTaken(wanted: string): void {
    const taken = lookUp(wanted)
    if (taken) throw nameTaken(wanted, taken.name, 'Choose another name: those of the catalog stay what they are.')
  }
}

type HubName = Extract<ModelName, { type: 'hub' }>

interface ReadName {
  name: ModelName
  /** What the user laid down for this name. */
  user?: UserModel
  /** The entry as this name has it. */
  own: (entry: CatalogEntry) => CatalogEntry
}

interface Looked {
  placed: PlacedEntry
  /** Undefined: it is not on this machine. */
  found: ResolvedModel | undefined
  /** What further names of it stand for. */
  key: string
}

const tryRead = <T>(read: () => T): T | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}
