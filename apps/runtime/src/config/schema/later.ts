import * as z from 'zod'
import { oneOf, text } from './keys.ts'
import type { Later } from './note.ts'

const SQLITE: Later = {
  unless: ['sqlite'],
  instead: 'Remove it: this version keeps threads and traces in SQLite, in the data folder.',
}

/** `[state]`. */
export const state: z.ZodOptional = z
  .strictObject({
    store: oneOf(['sqlite', 'postgres'], { meaning: 'Where threads and traces are kept.', later: SQLITE }),
    url: text({ meaning: 'Address of the store.', later: { instead: SQLITE.instead } }),
  })
  .optional()
