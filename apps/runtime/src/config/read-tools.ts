import { dirname, resolve } from 'node:path'
import { defined } from '../defined.ts'
import { toMilliseconds } from './duration.ts'
import type { ConfigFile } from './read-file.ts'
import { camelCase } from './to-options.ts'
import type { ToolSettings } from './tool-settings.ts'

type Table = Record<string, unknown>

/** What of `[tools]` is no setting of its own. Paths are relative to the file. The schema has checked every value. */
export const readTools = (file: ConfigFile | undefined, path: string | undefined): ToolSettings => {
  const { roots, fetch, shell, sql, rules } = (file?.get(['tools'])?.value ?? {}) as Record<string, Table | undefined>
  const beside = (name: unknown): string => resolve(path === undefined ? '.' : dirname(path), String(name))
  const { timeout, env } = shell ?? {}
  return defined({
    roots: roots && Object.fromEntries(Object.entries(roots).map(([name, folder]) => [name, beside(folder)])),
    fetch: fetch && camelCase(fetch),
    shell: shell && defined({ env, timeoutMs: typeof timeout === 'string' ? toMilliseconds(timeout) : undefined }),
    sql: sql && { ...sql, file: beside(sql['file']) },
    rules,
  }) as ToolSettings
}
