import type { Flag } from '../command.ts'

/** What `rt chat` and `rt run` both take. */
export const CHAT_FLAGS: Record<string, Flag> = {
  thread: { type: 'string', short: 't', value: 'NAME', description: 'Continue this conversation (default: a new one)' },
  system: { type: 'string', value: 'TEXT', empty: true, description: 'Instructions for the model' },
  format: {
    type: 'string',
    value: 'FILE',
    completes: 'file',
    description: 'Answer with JSON that fits the JSON Schema in FILE; json = any object',
  },
  temperature: {
    type: 'string',
    value: 'N',
    description: '0 = always the likeliest word (default of local models), 1 = varied',
  },
  'max-tokens': { type: 'string', value: 'N', description: 'Longest answer in tokens (default 1024 for local models)' },
  keepalive: {
    type: 'string',
    value: 'TIME',
    description: 'How long a server keeps the model in memory from then on: 5m, 0, forever (default: keep_alive)',
  },
  'local-only': {
    type: 'boolean',
    description: 'Keep what is said, and what comes of it, from models that are not on this machine',
  },
}
