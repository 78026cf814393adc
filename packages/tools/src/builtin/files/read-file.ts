import type { Tool } from '@rt/core'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'
import { wrongArgument } from '../wrong-argument.ts'
import { openRoots, type Roots } from './open-roots.ts'

export interface FileToolOptions {
  /** Folders it may reach, by the name under which the model knows them: `{ docs: './docs' }`. */
  roots: Roots
}

const MOST_FILE_BYTES = 16 * 1024 * 1024
const MOST_BYTES = 32 * 1024
const MOST_LINES = 2000

/** Reads a text file below one of the roots, some lines at a time. */
export const createReadFileTool = ({ roots }: FileToolOptions): Tool => {
  const opened = openRoots(roots)
  return {
    ...tool({
      name: 'read_file',
      description: `Reads a text file. Paths begin with one of these folders: ${opened.names.join(', ')}. Long files come in pieces: ask again with start_line as the answer says.`,
      inputSchema: objectSchema<{ path: string; start_line?: number; lines?: number }>(
        {
          path: { type: 'string', description: `Such as "${opened.names[0] ?? 'docs'}/notes.md"` },
          start_line: { type: 'integer', minimum: 1, description: 'First line to read. Default 1.' },
          lines: {
            type: 'integer',
            minimum: 1,
            maximum: MOST_LINES,
            description: 'How many lines. Default: all that fit.',
          },
        },
        ['path'],
      ),
      execute: async ({ path, start_line: start = 1, lines = MOST_LINES }, { signal }) => {
        const { place, file, stats } = await opened.open(path)
        try {
          if (stats.size > MOST_FILE_BYTES)
            throw wrongArgument(`${place.shown} has ${stats.size} bytes; at most ${MOST_FILE_BYTES} are read.`)
          const bytes = await readAtMost(file, MOST_FILE_BYTES, signal)
          if (bytes.subarray(0, 8192).includes(0)) throw wrongArgument(`${place.shown} is no text file.`)
          return excerpt(place.shown, bytes.toString('utf8'), start, lines)
        } finally {
          await file.close()
        }
      },
    }),
    sideEffects: [],
    untrusted: true,
  }
}

/** The size that was told may be wrong: a file of /proc has none, and one that is written grows. */
const readAtMost = async (
  file: { read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }> },
  most: number,
  signal: AbortSignal,
): Promise<Buffer> => {
  const pieces: Buffer[] = []
  let size = 0
  while (size < most && !signal.aborted) {
    const piece = Buffer.allocUnsafe(Math.min(256 * 1024, most - size))
    const { bytesRead } = await file.read(piece, 0, piece.length)
    if (!bytesRead) break
    pieces.push(piece.subarray(0, bytesRead))
    size += bytesRead
  }
  return Buffer.concat(pieces)
}

const excerpt = (path: string, text: string, start: number, most: number): Record<string, unknown> => {
  const all = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  if (all.at(-1) === '') all.pop()
  if (start > Math.max(all.length, 1))
    throw wrongArgument(`${path} has ${all.length} lines; line ${start} is past its end.`)
  const kept: string[] = []
  let bytes = 0
  for (const line of all.slice(start - 1, start - 1 + most)) {
    bytes += Buffer.byteLength(line) + 1
    if (bytes > MOST_BYTES && kept.length) break
    kept.push(
      line.length > MOST_BYTES ? `${line.slice(0, MOST_BYTES)} [cut: the line has ${line.length} characters]` : line,
    )
  }
  const next = start + kept.length
  return {
    path,
    text: kept.join('\n'),
    lines: all.length,
    ...(start > 1 && { start_line: start }),
    ...(next <= all.length && {
      note: `lines ${start} to ${next - 1} of ${all.length}; go on with start_line ${next}`,
    }),
  }
}
