import { createHash } from 'node:crypto'
import { abortable, type EmbeddingModel, type ToolSelector, type VectorCollection, type VectorStore } from '@rt/core'
import { createSqliteKeyValue, type Database } from '@rt/node/sqlite'
import { createToolSelector } from '@rt/tools'
import type { ToolSelectSettings } from '../config/settings.ts'
import { once } from '../once.ts'
import { OWN_COLLECTIONS } from '../vectors/own-collections.ts'

export interface SelectToolsParts {
  settings: Required<ToolSelectSettings>
  /** Of this machine: what is looked for is what users wrote. */
  store(): Promise<VectorStore>
  embedder(): Promise<EmbeddingModel | undefined>
  database(): Promise<Database>
}

const PREFIX = `${OWN_COLLECTIONS}tools:`

/** Shows few of many tools. Neither store nor embedder is asked for while there are few. */
export const createSelectTools = ({ settings, store, embedder, database }: SelectToolsParts): ToolSelector => {
  const seen = once(async () => createSqliteKeyValue({ database: await database(), table: 'seen_tools' }))
  let current: { name: string; selector: Promise<ToolSelector> } | undefined

  const make = async (name: string, model: EmbeddingModel | undefined): Promise<ToolSelector> =>
    createToolSelector({
      ...settings,
      collection: await openCollection(await store(), name, model),
      embedder: model,
      seen: await seen(),
    })

  return {
    async select(request, options = {}) {
      if (request.tools.length <= settings.above) return [...request.tools]
      // Words will do where it cannot be loaded.
      const model = await abortable(
        embedder().catch(() => undefined),
        options.signal,
      )
      const name = collectionOf(model)
      if (current?.name !== name) {
        const selector = make(name, model)
        current = { name, selector }
        selector.catch(() => (current = undefined))
      }
      return (await abortable(current.selector, options.signal)).select(request, options)
    },
  }
}

/** Vectors of two embedders cannot be compared: each has a collection. */
const collectionOf = (model: EmbeddingModel | undefined): string =>
  `${PREFIX}${model ? createHash('sha256').update(model.fingerprint).digest('hex').slice(0, 16) : 'words'}`

/** Those of former embedders go: they are made again in a moment. */
const openCollection = async (
  store: VectorStore,
  name: string,
  model: EmbeddingModel | undefined,
): Promise<VectorCollection> => {
  if (!model) return store.collection(name)
  const others = (await store.list()).filter((info) => info.name.startsWith(PREFIX) && info.name !== name)
  for (const other of others) await store.drop(other.name)
  const { dimensions, fingerprint } = model
  return store.collection(name, { dimensions, fingerprint, metric: 'cosine' })
}
