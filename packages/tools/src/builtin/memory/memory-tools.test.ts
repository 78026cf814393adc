import { type Fact, type FactSource, LOCAL, noopSpan, type Tool } from '@rt/core'
import { expect, test } from 'vitest'
import { createRecallTool, createRememberTool } from './memory-tools.ts'
import { rankFacts } from './rank-facts.ts'

const run = async (tool: Tool, args: Record<string, string>, principal = LOCAL): Promise<unknown> =>
  tool.execute(await tool.parse(args), {
    callId: 'c',
    principal,
    thread: 't',
    span: { ...noopSpan, traceId: 'turn' },
    signal: new AbortController().signal,
  })
const createFacts = (): {
  kept: (Fact & { principal: string })[]
  store: Parameters<typeof createRecallTool>[0]['facts']
} => {
  const kept: (Fact & { principal: string })[] = []
  return {
    kept,
    store: async () => ({
      add: async (principal, fact: { text: string } & FactSource) => {
        kept.unshift({ ...fact, principal, id: `f${kept.length}`, createdAt: 0 })
        return kept[0]!
      },
      list: async (principal) => kept.filter((fact) => fact.principal === principal),
    }),
  }
}

test('what is remembered is attributed to thread and turn, and recalled by its principal alone', async () => {
  const { kept, store } = createFacts()
  const [remember, recall] = [createRememberTool({ facts: store }), createRecallTool({ facts: store })]
  expect(await run(remember, { fact: 'The user is allergic to nuts' })).toMatchObject({ id: 'f0' })
  await run(remember, { fact: 'The cat is called Ada' })
  await run(remember, { fact: 'another secret' }, 'somebody')
  expect(kept[2]).toMatchObject({ principal: LOCAL, thread: 't', traceId: 'turn' })
  expect(await run(recall, { query: 'nut' })).toEqual({
    facts: [{ fact: 'The user is allergic to nuts', since: '1970-01-01' }],
    note: '2 are remembered',
  })
  expect(await run(recall, {})).toMatchObject({
    facts: [{ fact: /cat/ }, { fact: /nuts/ }].map(() => expect.anything()),
  })
  expect(await run(recall, { query: 'secret' })).toMatchObject({ facts: [] })
  expect(remember.sideEffects).toEqual(['write'])
  expect(recall.untrusted).toBe(true)
})

test('facts with rarer words come first', () => {
  const facts = ['the user likes tea', 'the user likes coffee', 'the user has a dog'].map((text, index) => ({
    id: `${index}`,
    text,
    createdAt: 0,
  }))
  expect(rankFacts(facts, 'which user has a dog?').map(({ id }) => id)[0]).toBe('2')
  expect(rankFacts(facts, 'likes coffee')[0]?.id).toBe('1')
  expect(rankFacts(facts, 'x')).toEqual([])
  expect(rankFacts(facts, ' ?! ')).toHaveLength(3)
})
