/** Models by the names they were asked for, each loaded once. */
export interface Shelf<M extends AsyncDisposable> {
  get(names: string[], load: () => Promise<M>): Promise<M>
  /** Those that are loaded, each once; not those still loading. */
  loaded(): M[]
  /** Frees all that go by one of these names, and waits for those still loading; false when there was none. */
  unload(names: string[]): Promise<boolean>
}

/** A failure is not kept: names come from requests, and the next try may succeed. */
export const createShelf = <M extends AsyncDisposable>(): Shelf<M> => {
  const places = new Map<string, { names: string[]; loading: Promise<M>; model?: M }>()
  return {
    get(names, load) {
      const key = names.join('\n')
      const known = places.get(key)
      if (known) return known.loading
      const place: { names: string[]; loading: Promise<M>; model?: M } = { names, loading: load() }
      places.set(key, place)
      place.loading.then(
        (model) => (place.model = model),
        () => places.get(key) === place && places.delete(key),
      )
      return place.loading
    },
    loaded: () => [
      ...new Set(Array.from(places.values(), ({ model }) => model).filter((model) => model !== undefined)),
    ],
    async unload(names) {
      const found = [...places].filter(([, place]) => place.names.some((name) => names.includes(name)))
      for (const [key] of found) places.delete(key)
      const models = await Promise.all(found.map(([, { loading }]) => loading.catch(() => undefined)))
      for (const model of new Set(models)) await model?.[Symbol.asyncDispose]()
      return found.length > 0
    },
  }
}
