import {
  type CallOptions,
  type EmbeddingModel,
  type LanguageModel,
  type LoadedModel,
  type MemoryStatus,
  type ModelEntry,
  type Provider,
  type Router,
  RtError,
  type TextClassifier,
} from '@rt/core'
import type { Leg } from '@rt/inference/router'
import { isKnownPlace, PROVIDER_KINDS } from '../config/provider-kinds.ts'
import type { Settings } from '../config/settings.ts'
import type { BroughtValues } from '../fill-in.ts'
import { bringHere, type Candidate, createCandidates } from './candidates.ts'
import { keepPromise } from './keep-promise.ts'
import { localLeg } from './local-leg.ts'
import { createLocalModels, type LocalModelsOptions } from './local-models.ts'
import { createModelsAlone, type PickedReranker } from './models-alone.ts'
import { createRemoteModels } from './remote-models.ts'
import { createRoutes, type RoutesOptions } from './routes.ts'

export interface ModelsOptions extends LocalModelsOptions, Omit<RoutesOptions, 'settings' | 'embedder'> {
  settings: Pick<
    Settings,
    | 'chat'
    | 'embed'
    | 'rerank'
    | 'aliases'
    | 'contextTokens'
    | 'download'
    | 'memoryBudget'
    | 'memoryWait'
    | 'kvBudget'
    | 'keepAlive'
    | 'pinned'
    | 'engine'
    | 'providers'
    | 'router'
    | 'limits'
  >
  /** Providers that the program made itself, by their ids. */
  providers?: Record<string, Provider>
}

export interface PickOptions extends CallOptions {
  /** The program itself wrote the name, for this turn: requests may not name it for that. Default false. */
  own?: boolean
  /** From now on a model of this machine stays so long when nobody asks it; Infinity = always. Default: as it was. */
  keepAliveMs?: number | undefined
}

export interface Models extends Router, AsyncDisposable {
  pick(name: string | undefined, options?: PickOptions): Promise<LanguageModel>
  /** Undefined when switched off. */
  embedder(name?: string): Promise<EmbeddingModel | undefined>
  /**
   * @param name undefined = that of the settings.
   * @param options.own as in `pick`.
   */
  reranker(name: string | undefined, options?: { own?: boolean }): Promise<PickedReranker>
  /** @param options.own as in `pick`. */
  classifier(name: string, options?: { own?: boolean }): Promise<TextClassifier>
  /** Loads the default model, whose engine starts at once where nothing else was listed. */
  warm(): Promise<void>
  /** Names that the program opens to all: they may be paths, addresses, and models of any service whose place is known. */
  choose(names: string[]): void
  /** Installed models, then aliases, then remote models that were named. */
  list(): Promise<ModelEntry[]>
  /** What a model of this machine has of its own. */
  brings(model: string): BroughtValues | undefined
  /** Deletes what models of this machine hold of a thread, or of all threads of a principal. */
  forget(of: { principal: string; thread?: string }): Promise<void>
  /** Those in memory. */
  loaded(): Promise<LoadedModel[]>
  /** Their budget. */
  memory(): MemoryStatus
  /** Frees a model's memory; false when it is not loaded. */
  unload(name: string): Promise<boolean>
}

/** Names to models: those of this machine and of remote services, alone or as a route over several. */
export const createModels = (options: ModelsOptions): Models => {
  const { settings } = options
  const local = createLocalModels(options)
  const remotes = createRemoteModels(settings.providers, options.providers)
  const routes = createRoutes({ ...options, embedder: () => defaultEmbedder() })
  /** By label and legs: what a route remembers of its legs must outlive a request. */
  const made = new Map<string, Promise<LanguageModel>>()
  /** The same by what a list of names stood for, where every leg could be made: such a list needs none of that again. */
  const whole = new Map<string, Promise<LanguageModel>>()

  const isListed = (name: string): boolean => local.catalog.find(name) !== undefined
  /** A name that the user gave a file stays that name: the path behind it is none that a request may say. */
  const canonical = (name: string): string => {
    const known = local.catalog.find(name)?.name
    return known !== undefined && isListed(known) ? known : name.trim()
  }
  /** An alias stands for the names it lists. */
  const namesOf = (name: string): string[] =>
    (Object.hasOwn(settings.aliases, name.trim()) ? settings.aliases[name.trim()]! : [name]).map(canonical)
  /** What the program itself chose may be a path or an address, be fetched, and cost money: never a name out of a request. */
  const chosen = new Set(
    [
      ...settings.chat,
      ...(settings.embed || []),
      ...(settings.rerank ?? []),
      ...Object.values(settings.aliases).flat(),
    ].flatMap(namesOf),
  )

  const isRemote = (name: string): boolean => remotes.find(name, { chosen: true }) !== undefined
  /** Requests may ask for these. */
  const namedElsewhere = (): string[] => [...new Set([...chosen, ...remotes.listed()])].filter(isRemote)

  const candidates = createCandidates({
    settings,
    local,
    remotes,
    isChosen: (name) => chosen.has(name),
    elsewhere: (isChosen) => ({
      ids: isChosen
        ? [
            ...Object.keys(settings.providers),
            ...Object.keys(options.providers ?? {}),
            ...PROVIDER_KINDS.filter(isKnownPlace),
          ]
        : [],
      names: namedElsewhere(),
    }),
    signal: options.signal,
  })
  const alone = createModelsAlone({ candidates, local, routes, signal: options.signal })

  const legOf = async (candidate: Candidate): Promise<Leg> => {
    const { contextTokens } = settings
    if (candidate.at === 'remote')
      return { model: await candidate.remote.language(), continues: candidate.remote.continues }
    const isHere = candidate.at === 'here'
    const id = isHere ? candidate.found.entry.name : candidate.name
    const { engine, context: trainedTokens } =
      (isHere ? candidate.found.entry : local.catalog.find(id, { references: true })) ?? {}
    return localLeg({ id, engine, local, find: () => bringHere(candidate), contextTokens, trainedTokens })
  }
  /** The legs that can be asked at all. One that cannot, for want of a key, is passed over while there are others. */
  const legsOf = async (found: Candidate[]): Promise<Leg[]> => {
    const failures: unknown[] = []
    const legs: Leg[] = []
    for (const candidate of found)
      try {
        legs.push(await legOf(candidate))
      } catch (error) {
        failures.push(error)
      }
    if (legs.length === 0) throw failures[0]
    return legs
  }

  const chat = async (
    label: string,
    names: string[],
    { own = false, keepAliveMs }: PickOptions,
  ): Promise<LanguageModel> => {
    const found = await candidates.of(names, 'chat', own)
    const [first] = found
    if (first?.at === 'here') {
      const loading = local.chat(first.found, { keepAliveMs })
      if (found.length === 1) {
        const model = await loading
        if (!routes.always) return model
      }
      // It is asked first, and will be there: when it fails, the route sees it.
      loading.catch(() => {})
    }
    const asked = JSON.stringify([label, found.map(nameOf)])
    const again = whole.get(asked)
    if (again) return again
    const legs = await legsOf(found)
    const ids = legs.map((leg) => ('id' in leg ? leg.id : leg.model.id))
    const id = ids.length === 1 ? ids[0]! : label
    const key = JSON.stringify([id, ids])
    const route = made.get(key) ?? routes.route(id, legs)
    if (!made.has(key)) keepPromise(made, key, route)
    // One that was passed over for want of a key may have it the next time.
    if (legs.length === found.length) keepPromise(whole, asked, route)
    return route
  }

  const defaultEmbedder = async (): Promise<EmbeddingModel | undefined> => {
    if (settings.embed === false) return undefined
    const model = await alone.embedder(settings.embed.flatMap(namesOf))
    await alone.ready(model)
    return model
  }

  const embedNames = new Set((settings.embed || []).flatMap(namesOf))
  const rerankNames = new Set((settings.rerank ?? []).flatMap(namesOf))
  const remoteKind = (name: string): ModelEntry['kind'] =>
    embedNames.has(name) ? 'embed' : rerankNames.has(name) ? 'rerank' : 'chat'

  const pickDefault = (options: PickOptions = {}): Promise<LanguageModel> =>
    chat(settings.chat.length === 1 ? settings.chat[0]! : 'default', settings.chat.flatMap(namesOf), options)

  return {
    pick: (name, { own, keepAliveMs } = {}) =>
      name === undefined ? pickDefault({ keepAliveMs }) : chat(name, namesOf(name), { own, keepAliveMs }),
    async warm() {
      const [only, ...others] = settings.chat.flatMap(namesOf)
      if (only !== undefined && others.length === 0 && !isRemote(only)) local.begin(only)
      await pickDefault()
    },
    embedder: (name) => (name === undefined ? defaultEmbedder() : alone.embedder(namesOf(name))),
    async reranker(name, { own = false } = {}) {
      if (name !== undefined) return alone.reranker(namesOf(name), own)
      if (!settings.rerank) throw noReranker(local.catalog.list().filter(({ kind }) => kind === 'rerank'))
      return alone.reranker(settings.rerank.flatMap(namesOf), false)
    },
    classifier: (name, { own = false } = {}) => alone.classifier(namesOf(name), own),
    choose(names) {
      for (const name of names.flatMap(namesOf)) chosen.add(name)
    },
    async list() {
      const installed = await local.catalog.installed()
      const models = installed.flatMap(({ entry, names }) =>
        (isListed(entry.name) || chosen.has(entry.name) ? [entry.name] : names).map((name) =>
          toEntry(name, entry.kind, 'local'),
        ),
      )
      const aliases = Object.entries(settings.aliases).flatMap(([alias, names]) => {
        const targets = names.map((name) =>
          isRemote(name) ? remoteKind(name) : local.catalog.find(name, { references: true })?.kind,
        )
        const kind = targets.find(Boolean)
        return kind ? [toEntry(alias, kind, 'alias')] : []
      })
      return [
        ...models,
        ...aliases,
        ...namedElsewhere().map((name) => toEntry(name, remoteKind(name), name.slice(0, name.indexOf('/')))),
      ]
    },
    brings(model) {
      const entry = isRemote(model) ? undefined : local.catalog.find(model, { references: true })
      const { system, maxOutputTokens } = entry?.preset ?? {}
      return entry && { system, maxOutputTokens, temperature: entry.sampling?.temperature }
    },
    forget: (of) => local.forget(of),
    loaded: () => local.loaded(),
    memory: () => local.memory(),
    // In memory a model is called by its file, whatever it was asked for as.
    unload: (name) => local.unload(namesOf(name).flatMap((one) => [one, local.catalog.find(one)?.name ?? one])),
    [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
  }
}

const nameOf = (candidate: Candidate): string => {
  if (candidate.at === 'remote') return candidate.remote.id
  return candidate.at === 'here' ? candidate.found.entry.name : `${candidate.name} (absent)`
}

const noReranker = (known: { name: string }[]): RtError =>
  new RtError({
    code: 'unsupported',
    message: 'this runtime has no reranker of its own.',
    hint: `Name one with the request, or choose one: rerank in [models] of config.toml, RT_RERANK, createRuntime({ rerank }). There are: ${known.map(({ name }) => name).join(', ')}.`,
  })

const toEntry = (id: string, kind: ModelEntry['kind'], ownedBy: string): ModelEntry => ({
  id,
  kind,
  created: 0,
  ownedBy,
})
