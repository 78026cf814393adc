import { quantile } from '../../kit/statistics.ts'
import { type DataSet, readQueries, readVectors } from '../../data/data-set.ts'
import { questionsAbout, shortTexts } from '../../data/short-texts.ts'

export interface Question {
  text: string
  vector: Float32Array
}

export interface Found {
  id: string
  text: string
}

export interface Corpus {
  set: DataSet
  texts: string[]
  vectors: Float32Array[]
}

const ROUND_MS = 1500
/** Searches under way at once where throughput is measured. */
const CLIENTS = 8

export const readCorpus = (): Corpus => {
  const set = JSON.parse(process.argv[2]!) as DataSet
  const all = readVectors(set)
  return {
    set,
    texts: shortTexts(set.count, 11),
    vectors: Array.from({ length: set.count }, (_, i) => all.subarray(i * set.dimensions, (i + 1) * set.dimensions)),
  }
}

/** `latency`: the median of a round in milliseconds; `rate`: searches a second of 8 at once; `p99`: of all rounds so far. */
export const serveQuestions = (
  { set, texts }: Corpus,
  search: (question: Question) => Found[] | Promise<Found[]>,
): void => {
  const asked = questionsAbout(texts, set.queries, 12)
  const questions = readQueries(set).map((vector, i): Question => ({ vector, text: asked[i]! }))
  const all: number[] = []
  let next = 0
  const ask = async (): Promise<void> => {
    const found = await search(questions[next++ % questions.length]!)
    if (found.length === 0) throw new Error('a question about a text of the set found nothing')
  }
  const latency = async (): Promise<number> => {
    const times: number[] = []
    const begun = performance.now()
    while (performance.now() - begun < ROUND_MS) {
      const before = performance.now()
      await ask()
      times.push(performance.now() - before)
    }
    all.push(...times)
    return quantile(times, 0.5)
  }
  const rate = async (): Promise<number> => {
    const begun = performance.now()
    const first = next
    const client = async (): Promise<void> => {
      while (performance.now() - begun < ROUND_MS) await ask()
    }
    await Promise.all(Array.from({ length: CLIENTS }, client))
    return (next - first) / ((performance.now() - begun) / 1000)
  }
  process.on('message', async (what) => {
    process.send!(what === 'p99' ? quantile(all, 0.99) : what === 'rate' ? await rate() : await latency())
  })
  process.send!('ready')
}
