import type { CallOptions, Principal, PrivacyLabel, RetrievedChunk, Tool } from '@rt/core'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'

export interface SearchKnowledgeOptions {
  /** `label`: of the question, which then goes to no model or store elsewhere. */
  search(
    query: string,
    options: CallOptions & { k: number; principal: Principal; label: PrivacyLabel | undefined },
  ): Promise<RetrievedChunk[]>
}

/** Passages of the documents that were ingested. */
export const createSearchKnowledgeTool = ({ search }: SearchKnowledgeOptions): Tool => ({
  ...tool({
    name: 'search_knowledge',
    description:
      'Searches the documents that were added here, by meaning and words, and returns passages with their source. Use it before you answer about them; say which source an answer is from.',
    inputSchema: objectSchema<{ query: string; k?: number }>(
      {
        query: {
          type: 'string',
          minLength: 1,
          maxLength: 1000,
          description: 'What to look for, as a question or words',
        },
        k: { type: 'integer', minimum: 1, maximum: 20, description: 'Most passages. Default 5.' },
      },
      ['query'],
    ),
    execute: async ({ query, k = 5 }, { principal, label, setLabel, signal, span }) => {
      const found = await search(query, { k, principal, label, signal, ...(span && { span }) })
      const bound = found.find((passage) => passage.label)?.label
      if (bound) setLabel?.(bound)
      return {
        passages: found.map(({ source, headings, text }) => ({
          source,
          ...(headings.length && { headings: headings.join(' > ') }),
          text,
        })),
        ...(!found.length && { note: 'nothing was found' }),
      }
    },
  }),
  sideEffects: [],
  untrusted: true,
})
