import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JsonObject } from '@rt/core'
import { ensureFolder, writeFileAtomic } from '@rt/node/files'

/** What a login at one server gave. */
export interface Login {
  tokens?: JsonObject
  /** How we are known to its authorization server. */
  client?: JsonObject
}

/** Keeps the login at one server. */
export interface TokenStore {
  read(): Promise<Login | undefined>
  write(login: Login): Promise<void>
  delete(): Promise<void>
}

/**
 * A file of this user alone (0600), named by the address: another server, or the same under another address, has another
 * one, and what stands in it is believed only for the address that stands in it too.
 */
export const createTokenFile = (folder: string, url: string): TokenStore => {
  const { href } = new URL(url)
  const place = join(folder, `${createHash('sha256').update(href).digest('hex').slice(0, 32)}.json`)
  return {
    async read() {
      const text = await readFile(place, 'utf8').catch(() => undefined)
      if (text === undefined) return undefined
      try {
        const { server, ...login } = JSON.parse(text) as Login & { server: string }
        return server === href ? login : undefined
      } catch {
        return undefined
      }
    },
    async write(login) {
      await ensureFolder(folder)
      await writeFileAtomic(place, `${JSON.stringify({ server: href, ...login }, null, 2)}\n`, { mode: 0o600 })
    },
    delete: () => rm(place, { force: true }),
  }
}
