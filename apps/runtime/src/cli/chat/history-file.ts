import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '@rt/node/files'

export interface ChatHistory {
  /** Newest first. */
  readonly lines: string[]
  /** Why nothing is kept, where a person is to be told. */
  readonly refused?: string
  add(line: string): Promise<void>
}

const MOST = 1000
/** What a terminal sends in one line is shorter; a file that is not ours may not be. */
const LONGEST = 10_000

/**
 * What was typed in conversations of a data folder: `chat-history`, for its user alone, the last thousand lines. A line
 * that begins with a space is not kept. A folder that cannot be written keeps none: that is no reason not to talk. Nor is a
 * link or another's file in its place: it came with the folder, and may lead anywhere.
 */
export const openHistory = async (folder: string): Promise<ChatHistory> => {
  const file = join(folder, 'chat-history')
  const found = await read(file)
  const kept = (found.text ?? '').split('\n').filter((line) => isKept(line))
  const lines = kept.slice(-MOST)
  if (kept.length > MOST) await writeFileAtomic(file, `${lines.join('\n')}\n`).catch(() => {})
  lines.reverse()
  return {
    lines,
    ...(found.odd && { refused: `${file} is ${found.odd}: it is not read, and what you type is not kept` }),
    async add(line) {
      if (!isKept(line) || lines[0] === line) return
      lines.unshift(line)
      if (!found.odd) await append(file, `${line}\n`).catch(() => {})
    },
  }
}

export const isKept = (line: string): boolean => line.trim() !== '' && !/^\s/.test(line) && line.length <= LONGEST

// ---

const { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY } = constants
/** No link is followed, and a pipe is not waited for. Windows has neither. */
const CAREFUL = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

const read = async (path: string): Promise<{ text?: string; odd?: string }> => {
  try {
    await using file = await open(path, O_RDONLY | CAREFUL)
    const odd = await oddity(file)
    if (odd) return { odd }
    // It may have been copied or made by hand with wider rights.
    await file.chmod(0o600).catch(() => {})
    return { text: await file.readFile('utf8') }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? { odd: 'a link' } : {}
  }
}

/** Looked at again: the file may be another than it was. */
const append = async (path: string, text: string): Promise<void> => {
  await using file = await open(path, O_WRONLY | O_APPEND | O_CREAT | CAREFUL, 0o600)
  if (!(await oddity(file))) await file.appendFile(text)
}

const oddity = async (file: FileHandle): Promise<string | undefined> => {
  const found = await file.stat()
  if (!found.isFile()) return 'no file'
  const user = process.getuid?.()
  return user === undefined || user === found.uid ? undefined : "another user's file"
}
