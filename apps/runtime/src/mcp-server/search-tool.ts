import type { JsonSchema, RetrievedChunk, Tool } from '@rt/core'
import { tool } from '@rt/tools'
import type { Knowledge } from '../knowledge.ts'
import { KNOWLEDGE } from '../runtime.ts'

const NAME = 'search_documents'
const MOST = 20

interface Arguments {
  query: string
  collection?: string
  k?: number
}

/** One tool for all collections, by name; undefined while there are none. */
export const createSearchTool = (collections: string[], retrieve: Knowledge['retrieve']): Tool | undefined => {
  const [first] = collections
  if (first === undefined) return undefined
  const usual = collections.includes(KNOWLEDGE) ? KNOWLEDGE : first
  return {
    ...tool({
      name: NAME,
      description:
        'Finds passages of documents by words and meaning, best first, each with the name of the document it is from. Use it before you answer about them, and cite the source.',
      inputSchema: { jsonSchema: schemaOf(collections, usual) },
      execute: async (input, { principal, signal, span }) => {
        const { query, collection = usual, k = 5 } = input as Arguments
        const { passages, warning } = await retrieve(collection, query, {
          k,
          principal,
          signal,
          // In the search itself, so that others take their places.
          tuning: { filter: { label: { ne: 'local-only' } } },
          ...(span && { span }),
        })
        return { passages: passages.map(toResult), ...(warning && { warning: warning.message }) }
      },
    }),
    sideEffects: [],
    idempotent: true,
    untrusted: true,
  }
}

const schemaOf = (collections: string[], usual: string): JsonSchema => ({
  type: 'object',
  properties: {
    query: { type: 'string', minLength: 1, description: 'What is looked for, as a question or in key words.' },
    collection: { enum: collections, default: usual, description: 'Where.' },
    k: { type: 'integer', minimum: 1, maximum: MOST, default: 5, description: 'Most passages.' },
  },
  required: ['query'],
  additionalProperties: false,
})

const toResult = ({ source, headings, text, start, end }: RetrievedChunk) => ({ source, headings, text, start, end })
