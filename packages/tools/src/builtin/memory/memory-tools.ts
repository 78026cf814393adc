import type { Fact, FactStore, Tool } from '@rt/core'
import { tool } from '../../tool.ts'
import { objectSchema } from '../object-schema.ts'
import { rankFacts } from './rank-facts.ts'

export interface MemoryToolOptions {
  /** Where facts are kept; asked for with the first call. */
  facts(): Promise<Pick<FactStore, 'add' | 'list'>>
}

const MOST_FOUND = 10

/** Keeps a fact for later conversations of the same principal, with the thread and the turn it comes from. */
export const createRememberTool = ({ facts }: MemoryToolOptions): Tool => ({
  ...tool({
    name: 'remember',
    description:
      'Keeps one short fact for later conversations, such as "The user is allergic to nuts". Use it when the user asks you to remember something, or tells you what will matter later.',
    inputSchema: objectSchema<{ fact: string }>(
      {
        fact: {
          type: 'string',
          minLength: 1,
          maxLength: 1000,
          description: 'One sentence that can be understood alone',
        },
      },
      ['fact'],
    ),
    execute: async ({ fact }, { principal, thread, span, signal }) => {
      const { id } = await (
        await facts()
      ).add(
        principal,
        { text: fact, ...(thread !== undefined && { thread }), ...(span?.traceId && { traceId: span.traceId }) },
        { signal },
      )
      return { remembered: fact, id }
    },
  }),
  sideEffects: ['write'],
  idempotent: true,
})

/** What was remembered. Who wrote it may have been told to: it is not trusted more than what is found elsewhere. */
export const createRecallTool = ({ facts }: MemoryToolOptions): Tool => ({
  ...tool({
    name: 'recall',
    description:
      'Finds facts that were remembered in earlier conversations, by their words. Without words: the latest.',
    inputSchema: objectSchema<{ query?: string }>({
      query: { type: 'string', maxLength: 1000, description: 'Words that the fact may hold, such as "allergic food"' },
    }),
    execute: async ({ query = '' }, { principal, signal }) => {
      const all = await (await facts()).list(principal, { signal })
      const found = rankFacts(all, query).slice(0, MOST_FOUND)
      return { facts: found.map(toResult), ...(found.length < all.length && { note: `${all.length} are remembered` }) }
    },
  }),
  sideEffects: [],
  untrusted: true,
})

const toResult = ({ text, createdAt }: Fact): { fact: string; since: string } => ({
  fact: text,
  since: new Date(createdAt).toISOString().slice(0, 10),
})
