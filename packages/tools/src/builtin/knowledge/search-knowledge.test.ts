import { createMessage, LOCAL, type RetrievedChunk, type StreamPart } from '@rt/core'
import { createScriptedModel } from '@rt/core/testing'
import { expect, test } from 'vitest'
import { createPassThroughAssembler } from '../../__fixtures__/pass-through-assembler.ts'
import { runLoop } from '../../loop/run-loop.ts'
import { createSearchKnowledgeTool } from './search-knowledge.ts'

const passage = (more: Partial<RetrievedChunk> = {}): RetrievedChunk => ({
  id: '1',
  source: 'handbook/travel.md',
  headings: ['Travel', 'Rain'],
  text: 'Coats are paid for.',
  start: 0,
  end: 19,
  score: 1,
  ...more,
})

test('what it finds is text of others, and what has to stay here labels the result and the next question', async () => {
  const asked: unknown[] = []
  const found = [[passage()], [passage(), passage({ label: 'local-only' })], []]
  const search = createSearchKnowledgeTool({
    search: async (query, { k, principal, label }) => {
      asked.push({ query, k, principal, label })
      return found[asked.length - 1]!
    },
  })
  const call = (query: string) => ({ toolCalls: [{ name: 'search_knowledge', arguments: { query } }] })
  const model = createScriptedModel({ answers: [call('coat'), call('rain'), call('sun'), 'done'] })
  const parts: StreamPart[] = []
  for await (const part of runLoop({
    model,
    messages: [createMessage('user', 'Do I need a coat?')],
    tools: [search],
    assembler: createPassThroughAssembler(),
    principal: LOCAL,
  }))
    parts.push(part)
  expect(parts.filter(({ type }) => type === 'tool-result')).toMatchObject([
    {
      untrusted: true,
      result: {
        passages: [{ source: 'handbook/travel.md', headings: 'Travel > Rain', text: 'Coats are paid for.' }],
      },
    },
    { untrusted: true, label: 'local-only' },
    { result: { passages: [], note: 'nothing was found' } },
  ])
  expect(parts.find(({ type }) => type === 'tool-result')).not.toHaveProperty('label')
  expect(asked).toEqual([
    { query: 'coat', k: 5, principal: LOCAL, label: undefined },
    { query: 'rain', k: 5, principal: LOCAL, label: undefined },
    { query: 'sun', k: 5, principal: LOCAL, label: 'local-only' },
  ])
})
