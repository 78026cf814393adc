import type { Reranker } from '@rt/core'
import { expectFailures } from './expect-failures.ts'
import type { TestFunctions } from './test-functions.ts'

export interface RerankerSubject {
  /** Heads the tests. */
  name: string
  /** Hands a reranker to one test; it may be the same one each time. */
  run(test: (reranker: Reranker) => Promise<void>): Promise<void>
  /** As of `languageModelConformance`. */
  cannot?: Record<string, string>
}

const QUERY = 'a b'
const DOCUMENTS = ['a b c', 'The cat sleeps.', 'Größe 日本語', 'd e f g h i j', '']

/** What every reranker must do. Nothing is asserted of what it holds for relevant. */
export const rerankerConformance = (subject: RerankerSubject, tests: TestFunctions): void => {
  const { functions, checkNames } = expectFailures(subject, tests)
  const { describe, it, expect } = functions
  const test = (name: string, run: (reranker: Reranker) => Promise<void>): unknown => it(name, () => subject.run(run))
  const scoresOf = async (reranker: Reranker, documents: string[]): Promise<Map<string, number>> =>
    new Map((await reranker.rerank(QUERY, documents)).map(({ index, score }) => [documents[index]!, score]))

  describe(`${subject.name}: ranking`, () => {
    test('scores each document from 0 to 1, best first', async (reranker) => {
      const results = await reranker.rerank(QUERY, DOCUMENTS)
      expect(results.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4])
      expect(results.filter(({ score }) => !(score >= 0 && score <= 1))).toEqual([])
      expect(results.filter(({ score }, place) => score > (results[place - 1]?.score ?? 1))).toEqual([])
    })

    test('scores a document for itself, whatever stands beside it', async (reranker) => {
      const [there, back] = [await scoresOf(reranker, DOCUMENTS), await scoresOf(reranker, DOCUMENTS.toReversed())]
      const alone = await scoresOf(reranker, [DOCUMENTS[1]!])
      expect(DOCUMENTS.filter((text) => !(Math.abs(there.get(text)! - back.get(text)!) < 1e-4))).toEqual([])
      expect(Math.abs(there.get(DOCUMENTS[1]!)! - alone.get(DOCUMENTS[1]!)!) < 1e-4).toBe(true)
    })

    test('gives only the best of them where that is asked', async (reranker) => {
      const all = await reranker.rerank(QUERY, DOCUMENTS)
      const best = await reranker.rerank(QUERY, DOCUMENTS, { topK: 2 })
      expect(best.map(({ index }) => index)).toEqual(all.slice(0, 2).map(({ index }) => index))
    })

    test('ranks nothing as nothing', async (reranker) => {
      expect(await reranker.rerank(QUERY, [])).toEqual([])
    })

    test('reads a document that is too long', async (reranker) => {
      expect((await reranker.rerank(QUERY, ['c d '.repeat(3000), 'a'])).length).toBe(2)
    })

    test('gives up for a caller that did, and answers the next', async (reranker) => {
      const signal = AbortSignal.abort()
      await expect(reranker.rerank(QUERY, DOCUMENTS, { signal })).rejects.toMatchObject({ code: 'aborted' })
      expect((await reranker.rerank(QUERY, ['a'])).length).toBe(1)
    })
  })
  checkNames()
}
