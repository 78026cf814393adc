import { defined } from '../defined.ts'
import { toMilliseconds } from './duration.ts'
import type { McpSettings } from './mcp-settings.ts'
import type { ConfigFile } from './read-file.ts'
import { camelCase, mapValues } from './to-options.ts'

/** `[mcp]` of a file, in the runtime's own names. The schema has checked every value. */
export const readMcp = (file: ConfigFile | undefined): Record<string, McpSettings> =>
  mapValues((file?.get(['mcp'])?.value ?? {}) as Record<string, unknown>, (table) => {
    const { timeout, start_timeout: start, login, ...others } = table
    return defined({
      ...others,
      login: login && camelCase(login as Record<string, unknown>),
      timeoutMs: milliseconds(timeout),
      startTimeoutMs: milliseconds(start),
    }) as McpSettings
  })

const milliseconds = (text: unknown): number | undefined =>
  typeof text === 'string' ? toMilliseconds(text) : undefined
