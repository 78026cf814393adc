import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '@rt/node/sqlite'
import { createKeyStore } from '../../../keys/key-store.ts'
import { plural } from '../../output/units.ts'
import type { Check } from '../check.ts'

export const keys: Check = {
  section: 'data',
  name: 'keys',
  async run({ data, env }) {
    const found = await countKeys(join(data, 'rt.db'))
    const words = [
      ...(found.all ? [`${plural(found.all, 'key')}, ${found.admin} of scope admin`] : []),
      ...(env['RT_API_KEY'] ? ['RT_API_KEY is set'] : []),
    ]
    return {
      name: 'keys',
      state: 'ok',
      detail: words.join('; ') || 'none: only this machine can reach a server (rt key create NAME for others)',
    }
  },
}

const countKeys = async (path: string): Promise<{ all: number; admin: number }> => {
  if (!existsSync(path)) return { all: 0, admin: 0 }
  await using database = await openDatabase({ path, readOnly: true, readers: 1 })
  const list = await createKeyStore({ database }).list()
  return { all: list.length, admin: list.filter(({ scope }) => scope === 'admin').length }
}
