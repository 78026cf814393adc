import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RtError } from '@rt/core'
import { ensureFolder, writeFileAtomic } from '@rt/node/files'
import type { PinnedServer, ToolPins } from './tool-pins.ts'

/**
 * Keeps what was seen of each server in a file of its own, `<folder>/<server>.json`. A file that cannot be read is an
 * error and not a new beginning: everything would be agreed to again.
 */
export const createFilePins = (folder: string): ToolPins => {
  const place = (server: string): string => join(folder, `${server}.json`)
  return {
    async read(server) {
      const text = await readFile(place(server), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw unreadable(server, error)
      })
      if (text === undefined) return undefined
      try {
        return JSON.parse(text) as PinnedServer
      } catch (error) {
        throw unreadable(server, error)
      }
    },
    async write(server, pinned) {
      await ensureFolder(folder)
      await writeFileAtomic(place(server), `${JSON.stringify(pinned, null, 2)}\n`, { mode: 0o600 })
    },
  }
}

const unreadable = (server: string, cause: unknown): RtError =>
  new RtError({
    code: 'mcp_unavailable',
    message: `what is known of the tools of the MCP server ${server} cannot be read, so none of them is used.`,
    hint: `rt mcp approve ${server} looks at them anew.`,
    retryable: false,
    data: { server },
    cause,
  })
