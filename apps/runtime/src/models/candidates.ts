import { abortError, RtError } from '@rt/core'
import type { ModelKind, ResolvedModel } from '@rt/inference/catalog'
import type { Settings } from '../config/settings.ts'
import type { LocalModels } from './local-models.ts'
import { type Elsewhere, explainName } from './meant-elsewhere.ts'
import type { RemoteModel, RemoteModels } from './remote-models.ts'

/** What a name stands for: a file that is here, one that has to be fetched, or a model of a remote service. */
export type Candidate =
  | { at: 'here'; found: ResolvedModel }
  | { at: 'absent'; name: string; fetch: () => Promise<ResolvedModel> }
  | { at: 'remote'; remote: RemoteModel }

/** The files of one that is not elsewhere, fetched if need be. */
export const bringHere = async (candidate: Exclude<Candidate, { at: 'remote' }>): Promise<ResolvedModel> =>
  candidate.at === 'here' ? candidate.found : candidate.fetch()

export interface CandidatesOptions {
  settings: Pick<Settings, 'download'>
  local: Pick<LocalModels, 'catalog' | 'locate' | 'fetch'>
  remotes: RemoteModels
  /** The program or its operator wrote the name. */
  isChosen(name: string): boolean
  /** What an error about a name may tell: to a request only what is open to it. */
  elsewhere(chosen: boolean): Elsewhere
  /** Fires when the runtime closes. */
  signal: AbortSignal
}

export interface Candidates {
  /**
   * All that can be had, in order; at least one.
   *
   * @param own the program wrote these names, for this once: they count as chosen.
   * @throws RtError why the first cannot.
   */
  of(names: string[], kind: ModelKind, own?: boolean): Promise<Candidate[]>
}

/** How long a model that could not be fetched is not tried again: each try goes through all its sources. */
const RETRY_FETCH_MS = 60_000

/**
 * What the names of a list stand for, in their order. Installed models are preferred to those that have to be fetched; but
 * what was listed before a remote model is fetched first: nobody pays because a file is not here yet.
 */
export const createCandidates = (options: CandidatesOptions): Candidates => {
  const { settings, local, remotes, isChosen, elsewhere, signal } = options
  const failed = new Map<string, { until: number; error: unknown }>()
  const refuseClosed = (): void => {
    if (signal.aborted) throw abortError(signal)
  }
  const fetch = async (name: string, kind: ModelKind): Promise<ResolvedModel> => {
    refuseClosed()
    const known = failed.get(name)
    if (known && performance.now() < known.until) throw known.error
    if (!settings.download) throw notFetched(name)
    try {
      return await local.fetch(name, kind)
    } catch (error) {
      if (!signal.aborted) failed.set(name, { until: performance.now() + RETRY_FETCH_MS, error })
      throw error
    }
  }
  /** The first that can be fetched; else why the first could not. */
  const fetchFirst = async (names: string[], kind: ModelKind, isOpen: typeof isChosen): Promise<ResolvedModel> => {
    const failures: unknown[] = []
    for (const name of names.filter(isOpen))
      try {
        return await fetch(name, kind)
      } catch (error) {
        if (signal.aborted) throw error
        failures.push(error)
      }
    const [first = ''] = names
    const isKnown = isOpen(first) && (settings.download || local.catalog.find(first) !== undefined)
    const unknown = isKnown ? failures[0] : await local.catalog.notFound(first, { kind, references: isOpen(first) })
    throw explainName(unknown, first, elsewhere(isOpen(first)), isOpen(first))
  }
  const locate = async (name: string, kind: ModelKind, isOpen: boolean): Promise<ResolvedModel | undefined> => {
    try {
      return await local.locate(name, kind, isOpen)
    } catch (error) {
      throw explainName(error, name, elsewhere(isOpen), isOpen)
    }
  }

  return {
    async of(names, kind, own = false) {
      refuseClosed()
      const isOpen = (name: string): boolean => own || isChosen(name)
      const found: Candidate[] = []
      const absent: Candidate[] = []
      for (const name of names) {
        const remote = remotes.find(name, { chosen: isOpen(name) })
        const here = remote ? undefined : await locate(name, kind, isOpen(name))
        if (remote) found.push({ at: 'remote', remote })
        else if (here) found.push({ at: 'here', found: here })
        else if (isOpen(name) && found.length === 0) absent.push({ at: 'absent', name, fetch: () => fetch(name, kind) })
      }
      if (found.length === 0) return [{ at: 'here', found: await fetchFirst(names, kind, isOpen) }]
      return found[0]!.at === 'remote' ? [...absent, ...found] : found
    },
  }
}

const notFetched = (name: string): RtError =>
  new RtError({
    code: 'model_not_found',
    message: `${name} is not on this machine, and fetching models is off.`,
    hint: `Fetch it with rt pull ${name}, or allow it: RT_DOWNLOAD, engine.download of config.toml, or download: true.`,
  })
