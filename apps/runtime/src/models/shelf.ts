import type { LoadedModel } from '@rt/core'
import type { ResolvedModel } from '@rt/inference/catalog'
import type { KeepOptions, Kept } from '@rt/inference/memory'
import type { Memory } from './memory.ts'

/** What every handle of an engine tells, whatever it does. */
export interface Held extends AsyncDisposable {
  readonly id: string
  state(): Promise<Omit<LoadedModel, 'id' | 'kind'>>
}

/** Models of one kind, each in memory once. */
export interface Shelf<H> {
  /**
   * The model of a file, which is loaded the first time only: later calls load it again where it had to go.
   *
   * @param keepAliveMs from now on it stays so long when nobody asks it. Default: as it was.
   */
  get(found: ResolvedModel, keepAliveMs?: number): Promise<H>
  /** Those in memory. */
  loaded(): Promise<Omit<LoadedModel, 'kind'>[]>
  /** Frees all that go by one of these names, once running requests have ended; false when there was none. */
  unload(names: string[]): Promise<boolean>
}

export interface ShelfOptions<M extends Held, H> {
  memory: Memory
  /** How a file is loaded, and what that takes. */
  keep(found: ResolvedModel): Pick<KeepOptions<M>, 'estimate' | 'load' | 'measure' | 'process'>
  /** The handle that is given out. */
  lend(model: M, kept: Kept<M>): H
}

interface Place<M, H> {
  /** Of which files and settings. */
  found: string
  kept: Kept<M>
  handle?: Promise<H>
  /** Bytes of key-value caches when it had just been loaded. */
  firstCaches: number
}

export const createShelf = <M extends Held, H>({ memory, keep, lend }: ShelfOptions<M, H>): Shelf<H> => {
  const places = new Map<string, Place<M, H>>()
  const open = (found: ResolvedModel, key: string): Place<M, H> => {
    const { name } = found.entry
    const { load, ...options } = keep(found)
    const place: Place<M, H> = {
      found: key,
      firstCaches: 0,
      kept: memory.plan.keep<M>({
        id: name,
        keepAliveMs: memory.keepAliveMs,
        pinned: memory.isPinned(name),
        ...options,
        async load(granted) {
          const model = await load(granted)
          place.firstCaches = (await model.state()).kvBytes
          return model
        },
      }),
    }
    places.set(name, place)
    return place
  }
  const first = async ({ kept }: Place<M, H>): Promise<H> => {
    using lease = await kept.use({ before: true })
    return lend(lease.model, kept)
  }
  const stateOf = async ({ kept, firstCaches }: Place<M, H>): Promise<Omit<LoadedModel, 'kind'>[]> => {
    const [model, held] = [kept.peek(), kept.state()]
    if (!model || !held) return []
    const state = await model.state()
    const { reservedBytes, measuredBytes, unloadsInMs, pinned } = held
    return [
      {
        id: kept.id,
        ...state,
        memory: {
          reservedBytes,
          // Caches that were opened later are as large as they say.
          ...(measuredBytes !== undefined && { measuredBytes: measuredBytes + state.kvBytes - firstCaches }),
        },
        ...(unloadsInMs !== undefined && { unloadsInMs }),
        ...(pinned && { pinned }),
      },
    ]
  }

  return {
    async get(found, keepAliveMs) {
      const key = JSON.stringify(found)
      const known = places.get(found.entry.name)
      const isThere = known && (known.found === key || known.kept.isBusy())
      const place = isThere ? known : open(found, key)
      if (keepAliveMs !== undefined) place.kept.keepAlive(keepAliveMs)
      place.handle ??= first(place).catch((error: unknown) => {
        // Names come from requests, and the next try may succeed.
        delete place.handle
        if (places.get(found.entry.name) === place && !place.kept.isBusy()) places.delete(found.entry.name)
        throw error
      })
      return place.handle
    },
    loaded: async () => (await Promise.all(Array.from(places.values(), stateOf))).flat(),
    async unload(names) {
      const found = [...places].filter(([name]) => names.includes(name))
      const gone = await Promise.all(found.map(([, { kept }]) => kept.unload()))
      return gone.includes(true)
    },
  }
}
