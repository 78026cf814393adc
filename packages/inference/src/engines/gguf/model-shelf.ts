import { abortError } from '@rt/core'

/** The models a host holds, each under the key its handle was given. */
export interface ModelShelf<M extends AsyncDisposable, P> {
  /**
   * Loads a model for a handle that is being made.
   *
   * @throws RtError what loading throws, or `aborted`: then nothing is kept, since nobody has the key.
   */
  load(params: P, signal: AbortSignal): Promise<M>
  /** For a request: the model, loaded again in a child that was just born. It is not stopped: others may wait for it too. */
  get(params: P): Promise<M>
  /** The model if it is loaded: it is neither loaded nor waited for. */
  peek(key: string): M | undefined
  /** All that are in memory, also those that are being freed. */
  loaded(): M[]
  /** Frees the weights. Does nothing for a key that is not there. */
  unload(key: string): Promise<void>
}

export const createModelShelf = <M extends AsyncDisposable, P extends { key: string }>(
  loadModel: (params: P, signal?: AbortSignal) => Promise<M>,
): ModelShelf<M, P> => {
  const models = new Map<string, Promise<M>>()
  const loaded = new WeakMap<Promise<M>, M>()
  const leaving = new Set<M>()

  const get = (params: P, signal?: AbortSignal): Promise<M> => {
    const known = models.get(params.key)
    if (known) return known
    const model = loadModel(params, signal)
    models.set(params.key, model)
    model.then(
      (ready) => loaded.set(model, ready),
      () => models.get(params.key) === model && models.delete(params.key),
    )
    return model
  }
  const unload = async (key: string): Promise<void> => {
    const model = models.get(key)
    models.delete(key)
    const ready = (model && loaded.get(model)) ?? (await model?.catch(() => undefined))
    if (!ready) return
    leaving.add(ready)
    try {
      await ready[Symbol.asyncDispose]()
    } finally {
      leaving.delete(ready)
    }
  }
  return {
    get: (params) => get(params),
    peek(key) {
      const model = models.get(key)
      return model && loaded.get(model)
    },
    loaded: () => [...[...models.values()].flatMap((model) => loaded.get(model) ?? []), ...leaving],
    unload,
    async load(params, signal) {
      const model = await get(params, signal)
      if (!signal.aborted) return model
      await unload(params.key)
      throw abortError(signal)
    },
  }
}
