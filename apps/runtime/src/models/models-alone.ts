import { type EmbeddingModel, type Reranker, RtError, type TextClassifier } from '@rt/core'
import { bringHere, type Candidate, type Candidates } from './candidates.ts'
import { keepPromise } from './keep-promise.ts'
import type { LocalModels } from './local-models.ts'
import { createMeteredEmbedder } from './metered-embedder.ts'
import { createMeteredReranker } from './metered-reranker.ts'
import type { RemoteModel } from './remote-models.ts'
import type { Routes } from './routes.ts'
import { createTracedEmbedder } from './traced-embedder.ts'

/** A reranker, and whether what it is asked stays on this machine. */
export interface PickedReranker {
  model: Reranker
  local: boolean
}

/** Models that stand for themselves, in no route: each takes a list of names, and is one of them. */
export interface ModelsAlone {
  embedder(names: string[]): Promise<EmbeddingModel>
  /** @param own as in `Candidates.of`. */
  reranker(names: string[], own: boolean): Promise<PickedReranker>
  /** @param own as in `Candidates.of`. */
  classifier(names: string[], own: boolean): Promise<TextClassifier>
  /** What keeps vectors asks for their length first: it is known after this. */
  ready(embedder: EmbeddingModel): Promise<void>
}

export interface ModelsAloneOptions {
  candidates: Candidates
  local: Pick<LocalModels, 'embedder' | 'reranker' | 'classifier'>
  routes: Pick<Routes, 'parts'>
  /** Fires when the runtime closes. */
  signal: AbortSignal
}

export const createModelsAlone = ({ candidates, local, routes, signal }: ModelsAloneOptions): ModelsAlone => {
  /** No fallback from one embedder to another: their vectors do not compare. */
  const embedders = new Map<string, Promise<EmbeddingModel>>()
  const remoteEmbedder = (remote: RemoteModel): Promise<EmbeddingModel> => {
    const known = embedders.get(remote.id)
    if (known) return known
    const opening = Promise.all([remote.embedder(), routes.parts()]).then(([model, parts]) =>
      createTracedEmbedder(createMeteredEmbedder(model, parts)),
    )
    keepPromise(embedders, remote.id, opening)
    return opening
  }
  const embedder = async (names: string[]): Promise<EmbeddingModel> => {
    const failures: unknown[] = []
    for (const candidate of await candidates.of(names, 'embed'))
      try {
        if (candidate.at === 'remote') return await remoteEmbedder(candidate.remote)
        return await local.embedder(await bringHere(candidate))
      } catch (error) {
        // Only what is not here gives way: vectors of one that failed today would be asked for tomorrow.
        if (candidate.at !== 'absent') throw error
        failures.push(error)
      }
    throw failures[0]
  }
  const reranker = async (names: string[], own: boolean): Promise<PickedReranker> =>
    firstOf(await candidates.of(names, 'rerank', own), async (candidate) =>
      candidate.at === 'remote'
        ? { model: createMeteredReranker(await candidate.remote.reranker(), await routes.parts()), local: false }
        : { model: await local.reranker(await bringHere(candidate)), local: true },
    )
  const classifier = async (names: string[], own: boolean): Promise<TextClassifier> =>
    firstOf(await candidates.of(names, 'classify', own), async (candidate) => {
      if (candidate.at === 'remote') throw noRemoteClassifier(candidate.remote.id)
      return local.classifier(await bringHere(candidate))
    })
  const probes = new WeakMap<EmbeddingModel, Promise<unknown>>()
  const probe = (model: EmbeddingModel): Promise<unknown> => {
    const probing = probes.get(model) ?? model.embed(['rt'], { signal })
    probes.set(model, probing)
    probing.catch(() => probes.delete(model))
    return probing
  }
  return {
    embedder,
    reranker,
    classifier,
    async ready(model) {
      if (!knowsDimensions(model)) await probe(model)
    },
  }
}

/** The first of a list that can be had: no scores of one compare with another's, but each query asks one alone. */
const firstOf = async <T>(found: Candidate[], open: (candidate: Candidate) => Promise<T>): Promise<T> => {
  const failures: unknown[] = []
  for (const candidate of found)
    try {
      return await open(candidate)
    } catch (error) {
      failures.push(error)
    }
  throw failures[0]
}

const noRemoteClassifier = (id: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `${id} is a model elsewhere, and classifiers run on this machine.`,
    hint: 'Name the folder of an ONNX export with config.json and tokenizer.json.',
  })

const knowsDimensions = (embedder: EmbeddingModel): boolean => {
  try {
    return embedder.dimensions > 0
  } catch {
    return false
  }
}
