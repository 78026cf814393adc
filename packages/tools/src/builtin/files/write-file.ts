import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createSecretId, RtError, type Tool } from '@rt/core'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'
import { openRoots, outside, type OpenRoots, type Place } from './open-roots.ts'
import type { FileToolOptions } from './read-file.ts'

const MOST_CHARACTERS = 1024 * 1024

/** Writes a whole text file below one of the roots: what was there is replaced at once, or stays as it is. */
export const createWriteFileTool = ({ roots }: FileToolOptions): Tool => {
  const opened = openRoots(roots)
  return {
    ...tool({
      name: 'write_file',
      description: `Writes a text file; one that exists is replaced. Paths begin with one of these folders: ${opened.names.join(', ')}.`,
      inputSchema: objectSchema<{ path: string; text: string }>(
        {
          path: { type: 'string', description: `Such as "${opened.names[0] ?? 'docs'}/notes.md"` },
          text: { type: 'string', maxLength: MOST_CHARACTERS, description: 'All of what the file is to hold' },
        },
        ['path', 'text'],
      ),
      execute: async ({ path, text }) => {
        await makeFolders(opened, path)
        const target = await opened.target(path)
        const bytes = Buffer.from(text)
        await replace(opened, target, bytes)
        return { path: target.shown, bytes: bytes.length, ...(target.mode !== undefined && { replaced: true }) }
      },
    }),
    sideEffects: ['write'],
    // What was in a file that exists is gone.
    approval: (input) =>
      opened.target((input as { path: string }).path).then(
        ({ mode }) => mode !== undefined,
        () => false,
      ),
    idempotent: true,
    sequential: true,
  }
}

/** Folders on the way are made one by one, each below one that was looked at. */
const makeFolders = async (opened: OpenRoots, path: string): Promise<void> => {
  const segments = path.split(/[/\\]/).slice(0, -1)
  for (let depth = 2; depth <= segments.length; depth++) {
    const folder = segments.slice(0, depth).join('/')
    const exists = await opened.find(folder).catch((error: unknown) => {
      if (RtError.isInstance(error) && error.code === 'forbidden') throw error
      return undefined
    })
    if (exists) continue
    const { path: made } = await opened.target(folder)
    await mkdir(made, { mode: 0o755 }).catch(() => {}) // Somebody else made it, or the next step says what is wrong.
  }
}

/**
 * Beside the target and then moved over it. A folder that is exchanged for a link between two steps is noticed: the new
 * file is not where it was made, or cannot be moved.
 */
const replace = async (
  opened: OpenRoots,
  target: Place & { mode: number | undefined },
  bytes: Buffer,
): Promise<void> => {
  const folder = dirname(target.path)
  const temporary = join(folder, `.${createSecretId()}.tmp`)
  let file: FileHandle | undefined
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)
    file = await open(temporary, flags, target.mode ?? 0o644)
    if (!(await opened.isStill({ shown: target.shown, path: temporary }, await file.stat())))
      throw outside(target.shown)
    await file.writeFile(bytes)
    await file.sync()
    await file.close()
    file = undefined
    await rename(temporary, target.path)
  } catch (error) {
    await file?.close().catch(() => {})
    await rm(temporary, { force: true }).catch(() => {})
    if (RtError.isInstance(error)) throw error
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    throw new RtError({
      code: code === 'ENOSPC' ? 'disk_full' : 'tool_failed',
      message: `${target.shown} could not be written (${code}).`,
      cause: error,
    })
  }
}
