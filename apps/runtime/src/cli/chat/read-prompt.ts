import { RtError } from '@rt/core'
import { fenced } from '../output/format-conversation.ts'

/** How long nothing may come through a pipe before it is said that we wait for it. */
const PATIENCE_MS = 3000

/**
 * What to ask: the words typed, the text piped in, or both: the words first, then the text as a fenced block.
 * Empty when there is neither.
 */
export const readPrompt = async (
  words: string[],
  { input = process.stdin, warn = (text: string) => void process.stderr.write(text) }: PromptSource = {},
): Promise<string> => {
  const typed = words.join(' ').trim()
  if (input.isTTY) return typed
  const piped = await readPipe(input, typed ? warn : undefined)
  if (!piped.trim()) return typed
  return typed ? `${typed}\n\n${fenced(piped.replace(/\n+$/, ''))}` : piped.trim()
}

export interface PromptSource {
  input?: NodeJS.ReadableStream & { isTTY?: boolean }
  warn?: (text: string) => void
}

// ---

/** Programs that start us often leave an open pipe behind: without a word it would look as if we hung. */
const readPipe = async (input: NodeJS.ReadableStream, warn: PromptSource['warn']): Promise<string> => {
  const waiting =
    warn && setTimeout(() => warn(' waiting for the text piped in (< /dev/null when there is none)\n'), PATIENCE_MS)
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of input) {
      clearTimeout(waiting)
      chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    }
  } finally {
    clearTimeout(waiting)
  }
  const bytes = Buffer.concat(chunks)
  if (bytes.includes(0))
    throw new RtError({
      code: 'invalid_request',
      message: 'what is piped in is not text: it holds zero bytes.',
      hint: 'Documents are read with: rt ingest FILE.',
    })
  return bytes.toString('utf8').replace(/^\ufeff/, '')
}
