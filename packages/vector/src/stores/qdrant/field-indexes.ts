import type { Schemas } from '@qdrant/js-client-rest'

type FieldSchema = NonNullable<Schemas['CreateFieldIndex']['field_schema']>

/**
 * Made with a collection, before its first point: Qdrant links a graph along the values of fields that have an index
 * when it builds it, and a filter on others loses neighbours. Those of words are asked seldom and stay on disk.
 */
export const FIRST_INDEXES: readonly (readonly [key: string, schema: FieldSchema])[] = [
  ['facts', { type: 'keyword', prefix: true }],
  ['expires', { type: 'integer', lookup: false, range: true }],
  ['terms', { type: 'keyword', prefix: true, on_disk: true, enable_hnsw: false }],
  [
    'words',
    {
      type: 'text',
      tokenizer: 'whitespace',
      lowercase: false,
      phrase_matching: true,
      on_disk: true,
      enable_hnsw: false,
    },
  ],
]

/** Of one number or date in the metadata: made with the first record that has it. */
export const RANGE_INDEX: FieldSchema = { type: 'float' }

/** Fields of numbers and dates with an index; those above it are found by reading. */
export const MAX_RANGE_INDEXES = 64
