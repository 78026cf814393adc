import * as z from 'zod'
import { TOKENIZERS, VECTOR_INDEXES } from '../vector-settings.ts'
import { duration, oneOf, setting, tables, text } from './keys.ts'
import { noted } from './note.ts'

/** `[vector]`, with `[vector.collections.NAME]`. */
export const vector: z.ZodOptional = z
  .strictObject({
    store: setting('vector.store'),
    url: setting('vector.url'),
    api_key: text({ meaning: 'store = "qdrant": its API key. Write "env:NAME".', otherwise: 'none' }),
    index: setting('vector.index'),
    recall: setting('vector.recall'),
    collections: tables(
      {
        keys: {
          index: oneOf(VECTOR_INDEXES, { meaning: 'Which index searches it.', otherwise: 'as index of [vector]' }),
          recall: noted(z.number().min(0.5).max(1), {
            meaning: 'Share of the true neighbours that a search through a graph has to find.',
            expects: 'a number from 0.5 to 1',
            otherwise: 'as recall of [vector]',
          }).optional(),
          tokenizer: oneOf(TOKENIZERS, {
            meaning:
              'How texts become words: stemmed as English, as they stand, or any three characters in a row (parts of words).',
            otherwise: 'porter',
          }),
          ttl: duration({ meaning: 'How long after its last write a record ends.', otherwise: 'it stays' }),
        },
      },
      {
        name: 'NAME',
        meaning:
          'A collection, when it is made: what exists stays as it is. Names other than letters, digits, "-" and "_" stand in quotes.',
      },
    ),
  })
  .optional()
