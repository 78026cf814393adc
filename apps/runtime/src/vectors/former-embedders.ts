import { type EmbeddingModel, RtError } from '@rt/core'
import { createSqliteKeyValue, type Database } from '@rt/node/sqlite'
import { once } from '../once.ts'

/** Names of the embedders whose vectors are kept: a fingerprint does not tell whose it is. */
export interface FormerEmbedders {
  note(fingerprint: string, model: EmbeddingModel | undefined): Promise<void>
  /** Of the embedder of this runtime that made vectors of this fingerprint; undefined when none did. */
  nameOf(fingerprint: string): Promise<string | undefined>
  /** Undefined when it is not known or cannot be had. */
  find(fingerprint: string): Promise<EmbeddingModel | undefined>
}

export interface FormerEmbeddersParts {
  database(): Promise<Database>
  embedder(name: string): Promise<EmbeddingModel | undefined>
}

export const createFormerEmbedders = ({ database, embedder }: FormerEmbeddersParts): FormerEmbedders => {
  /** Whoever may only read finds no table where no embedder was ever noted. */
  const names = once(async () => {
    const opened = await database()
    try {
      return await createSqliteKeyValue({ database: opened, table: 'embedders' })
    } catch (error) {
      if (!opened.readOnly) throw error
      return undefined
    }
  })
  /** What was found once: a fingerprint has one embedder, and collections are listed with every turn. */
  const known = new Map<string, string>()
  const nameOf = async (fingerprint: string): Promise<string | undefined> => {
    const name = known.get(fingerprint) ?? (await (await names())?.get(fingerprint))
    if (typeof name !== 'string') return undefined
    known.set(fingerprint, name)
    return name
  }
  return {
    nameOf,
    async note(fingerprint, model) {
      if (model?.fingerprint !== fingerprint || (await nameOf(fingerprint)) === model.id) return
      await (await names())?.set(fingerprint, model.id)
      known.set(fingerprint, model.id)
    },
    async find(fingerprint) {
      const name = await nameOf(fingerprint)
      if (name === undefined) return undefined
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
