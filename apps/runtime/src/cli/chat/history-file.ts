import { appendFile, chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFileAtomic } from '@rt/node/files'

export interface ChatHistory {
  /** Newest first. */
  readonly lines: string[]
  add(line: string): Promise<void>
}

const MOST = 1000
/** What a terminal sends in one line is shorter; a file that is not ours may not be. */
const LONGEST = 10_000

/**
 * What was typed in conversations of a data folder: `chat-history`, for its user alone, the last thousand lines. A line
 * that begins with a space is not kept. A folder that cannot be written keeps none: that is no reason not to talk.
 */
export const openHistory = async (folder: string): Promise<ChatHistory> => {
  const file = join(folder, 'chat-history')
  const found = await readFile(file, 'utf8').catch(() => '')
  const kept = found.split('\n').filter((line) => isKept(line))
  const lines = kept.slice(-MOST)
  if (kept.length > MOST) await writeFileAtomic(file, `${lines.join('\n')}\n`).catch(() => {})
  // It may have been copied or made by hand with wider rights.
  else if (found) await chmod(file, 0o600).catch(() => {})
  lines.reverse()
  return {
    lines,
    async add(line) {
      if (!isKept(line) || lines[0] === line) return
      lines.unshift(line)
      await appendFile(file, `${line}\n`, { mode: 0o600 }).catch(() => {})
    },
  }
}

export const isKept = (line: string): boolean => line.trim() !== '' && !/^\s/.test(line) && line.length <= LONGEST
