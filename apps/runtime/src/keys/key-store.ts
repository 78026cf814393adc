import { timingSafeEqual } from 'node:crypto'
import {
  type Clock,
  createId,
  type Identity,
  type KeyInfo,
  type KeyScope,
  type KeysPort,
  type Operations,
  RtError,
  systemClock,
} from '@rt/core'
import type { Database } from '@rt/node/sqlite'
import { once } from '../once.ts'
import { checkKeyName } from './key-name.ts'
import { createSecret, digestOf, HINT_LENGTH } from './secret.ts'

/** API keys in the data file: made, listed and revoked by their owner, asked for by a server. */
export type KeyStore = KeysPort & Operations['keys']

export interface KeyStoreOptions {
  database: Database
  /** Default: the system's. */
  clock?: Clock
}

const MIGRATIONS = [
  `CREATE TABLE runtime_keys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL COLLATE NOCASE UNIQUE,
    scope TEXT NOT NULL CHECK (scope IN ('chat', 'admin')),
    hint TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
  )`,
]

const TABLE = "SELECT 1 AS found FROM sqlite_schema WHERE name = 'runtime_keys'"
const SCOPES: readonly string[] = ['chat', 'admin'] satisfies KeyScope[]
/** A key that answers a thousand requests a minute is written once. */
const TOUCH_EVERY_MS = 60_000

interface Row {
  id: string
  name: string
  scope: KeyScope
  hint: string
  digest: Uint8Array
  created_at: number
  last_used_at: number | null
}

/**
 * Keys are looked up in memory and read again after each `create` and `revoke`: only the owner of the data folder writes
 * them, so nobody else can change them meanwhile.
 */
export const createKeyStore = ({ database, clock = systemClock }: KeyStoreOptions): KeyStore => {
  const prepared = once(() => database.migrate('runtime.keys', MIGRATIONS))
  let known: Promise<Row[]> | undefined
  /** When each key was last written as used. */
  const touched = new Map<string, number>()
  let touching: Promise<unknown> = Promise.resolve()

  const read = async (): Promise<Row[]> => {
    // Beside an owner that never had a key: nothing may be made there, and there is nothing to read.
    if (database.readOnly && !(await database.get(TABLE))) return []
    await prepared()
    return database.all<Row>('SELECT * FROM runtime_keys ORDER BY created_at, id')
  }

  const keys = (): Promise<Row[]> => {
    if (!known) {
      const attempt = read()
      known = attempt
      attempt.catch(() => known === attempt && (known = undefined))
    }
    return known
  }

  /** Not awaited by the request, and a failure (a full disk) must not refuse it. */
  const touch = (id: string): void => {
    const now = clock.now()
    if (now - (touched.get(id) ?? -Infinity) < TOUCH_EVERY_MS) return
    touched.set(id, now)
    touching = database
      .write({ sql: 'UPDATE runtime_keys SET last_used_at = ? WHERE id = ?', params: [now, id] })
      .catch(() => touched.delete(id))
  }

  return {
    async required() {
      return (await keys()).length > 0
    },

    async identify(secret): Promise<Identity | undefined> {
      const digest = digestOf(secret)
      // Every key is compared, in constant time each: how long it takes tells nothing about a digest.
      const [row] = (await keys()).filter((key) => timingSafeEqual(key.digest, digest))
      if (!row) return undefined
      touch(row.id)
      return { principal: row.id, scope: row.scope }
    },

    async create({ name, scope }) {
      checkKeyName(name)
      if (!SCOPES.includes(scope)) throw wrongScope(scope)
      await prepared()
      const secret = createSecret()
      const createdAt = clock.now()
      const key: KeyInfo = {
        id: `key_${createId(createdAt).toLowerCase()}`,
        name,
        scope,
        hint: secret.slice(0, HINT_LENGTH),
        createdAt,
      }
      await database.transaction(async (transaction) => {
        const [taken] = await transaction.all<Row>('SELECT * FROM runtime_keys WHERE name = ?', [name])
        if (taken) throw nameTaken(taken)
        await transaction.run({
          sql: 'INSERT INTO runtime_keys (id, name, scope, hint, digest, created_at) VALUES (?, ?, ?, ?, ?, ?)',
          params: [key.id, name, scope, key.hint, digestOf(secret), createdAt],
        })
      })
      known = undefined
      return { key, secret }
    },

    async list() {
      await touching
      return (await read()).map(toInfo)
    },

    async revoke(idOrName) {
      await prepared()
      const { changes } = await database.write({
        sql: 'DELETE FROM runtime_keys WHERE id = ? OR name = ?',
        params: [idOrName, idOrName],
      })
      known = undefined
      return changes.some((count) => count > 0)
    },
  }
}

const toInfo = ({ id, name, scope, hint, created_at, last_used_at }: Row): KeyInfo => ({
  id,
  name,
  scope,
  hint,
  createdAt: created_at,
  ...(last_used_at !== null && { lastUsedAt: last_used_at }),
})

const nameTaken = ({ name }: Row): RtError =>
  new RtError({
    code: 'conflict',
    message: `there is a key "${name}" already.`,
    hint: 'Choose another name, or revoke that one first: rt key rm NAME. Its secret cannot be shown again.',
  })

const wrongScope = (scope: string): RtError =>
  new RtError({
    code: 'invalid_request',
    message: `the scope of a key is chat or admin, not ${JSON.stringify(scope)}.`,
    hint: 'chat: ask models. admin: also read every thread, ingest, and stop the server.',
  })
