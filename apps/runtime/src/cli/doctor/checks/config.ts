import { RtError } from '@rt/core'
import { findConfig } from '../../../config/find-config.ts'
import { findUnread, unreadText } from '../../../config/find-unread.ts'
import { loadConfig } from '../../../config/load-config.ts'
import type { Check, Finding } from '../check.ts'

export const config: Check = {
  section: 'data',
  name: 'config',
  async run({ config: given, env }): Promise<Finding> {
    const options = { config: given, env, cwd: process.cwd() }
    try {
      // A file that asks for trust is not trusted here, and nobody is asked: looking changes nothing.
      const { file, rows } = await loadConfig({}, { ...options, ask: async () => false })
      const set = rows.filter(({ origin }) => origin.from !== 'default').length
      const unread = await findUnread(options)
      const read = `${file ?? (unread ? 'none is read, none needed' : 'no config.toml, none needed')}${set ? `; ${set} set (rt config)` : ''}`
      return {
        name: 'config',
        state: 'ok',
        // It may be another program's: nothing is wrong with that.
        detail: unread ? `${read}. ${unreadText(unread, options.cwd)}` : read,
      }
    } catch (error) {
      if (!RtError.isInstance(error)) throw error
      const file = (await findConfig(options).catch(() => undefined))?.file
      return {
        name: 'config',
        state: 'red',
        detail: error.message,
        fix: error.hint?.split('\n').join(' ') ?? `Mend ${file ?? 'the variable'}`,
      }
    }
  },
}
