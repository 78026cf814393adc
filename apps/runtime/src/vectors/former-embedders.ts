import { type EmbeddingModel, RtError } from '@rt/core'
import { createSqliteKeyValue, type Database } from '@rt/node/sqlite'
import { once } from '../once.ts'

/** Names of the embedders whose vectors are kept: a fingerprint does not tell whose it is. */
export interface FormerEmbedders {
  note(fingerprint: string, model: EmbeddingModel | undefined): Promise<void>
  /** Whether vectors of this fingerprint were made by an embedder of this runtime. */
  knows(fingerprint: string): Promise<boolean>
  /** Undefined when it is not known or cannot be had. */
  find(fingerprint: string): Promise<EmbeddingModel | undefined>
}

export interface FormerEmbeddersParts {
  database(): Promise<Database>
  embedder(name: string): Promise<EmbeddingModel | undefined>
}

export const createFormerEmbedders = ({ database, embedder }: FormerEmbeddersParts): FormerEmbedders => {
  const names = once(async () => createSqliteKeyValue({ database: await database(), table: 'embedders' }))
  const noted = new Set<string>()
  return {
    async note(fingerprint, model) {
      if (model?.fingerprint !== fingerprint || noted.has(fingerprint)) return
      noted.add(fingerprint)
      const kept = await names()
      if ((await kept.get(fingerprint)) !== model.id) await kept.set(fingerprint, model.id)
    },
    knows: async (fingerprint) => typeof (await (await names()).get(fingerprint)) === 'string',
    async find(fingerprint) {
      const name = await (await names()).get(fingerprint)
      if (typeof name !== 'string') return undefined
      try {
        const model = await embedder(name)
        return model?.fingerprint === fingerprint ? model : undefined
      } catch (error) {
        if (!RtError.isInstance(error)) throw error
        return undefined
      }
    },
  }
}
