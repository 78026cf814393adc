import { resolve } from 'node:path'
import type { StorePlace } from '@rt/core'
import type { CommandDefinition } from '../command.ts'
import { usage } from '../parse.ts'

/** Where a collection may be moved, as typed: `sqlite`, `sqlite:FILE`, `lancedb:FOLDER`, an address. */
export const parsePlace = (
  command: Pick<CommandDefinition, 'name'>,
  flag: string,
  typed: string,
  apiKey: string | undefined = process.env['RT_VECTOR_API_KEY'] || undefined,
): StorePlace => {
  const [, store, path] = /^(sqlite|lancedb)(?::(.+))?$/s.exec(typed) ?? []
  // From here: what opens it may be a server somewhere else.
  if (store) return { store: store as 'sqlite' | 'lancedb', ...(path !== undefined && { url: resolve(path) }) }
  if (/^postgres(?:ql)?:\/\//.test(typed)) return { store: 'pgvector', url: typed }
  if (/^https?:\/\//.test(typed)) return { store: 'qdrant', url: typed, ...(apiKey !== undefined && { apiKey }) }
  throw usage(
    command,
    `--${flag} must be sqlite, sqlite:FILE, lancedb:FOLDER, postgres://… (pgvector) or http://… (Qdrant).`,
  )
}
