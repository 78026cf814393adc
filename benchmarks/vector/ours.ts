import { type DataSet, clusteredSet } from '../data/data-set.ts'
import { compare, type Metric, toMetric, within } from '../kit/compare.ts'
import { interleave } from '../kit/interleave.ts'
import { type Arm, startArm } from '../kit/start-arm.ts'
import { round3 } from '../kit/statistics.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Milliseconds that no call may block the event loop for. */
const MOST_BLOCK = 20
const LEAST_RECALL = 0.95
const LEAST_INGEST = 15_000

/** Filtered searches beside the exact one without a filter, the scan beside what memory gives, and the event loop. */
export const measureOurs = async (set: DataSet, arm: Arm, rounds: number): Promise<Metric[]> => {
  const ask = (what: string) => async (): Promise<number> => Number(await arm.ask(what))
  const results = await interleave(rounds, {
    exact: ask('exact'),
    one: ask('filtered: 1 %'),
    ten: ask('filtered: 10 %'),
    memory: async () => bandwidth(),
  })
  const blocks = (await arm.ask('blocks')) as Record<string, number>
  const scanned = set.count * set.dimensions * 4
  const scan = results.map(({ exact, memory }) => ({
    exact: { ...exact, value: scanned / 1e6 / exact.value },
    memory,
  }))
  return [
    toMetric(results, 'one', 'exact', { name: `vector ${set.name}, filter 1 %`, unit: 'ms', target: 1 }),
    toMetric(results, 'ten', 'exact', { name: `vector ${set.name}, filter 10 %`, unit: 'ms', target: 1 }),
    ...(await Promise.all(
      ['1 %', '10 %'].map(async (share) =>
        within([await ask(`filtered recall: ${share}`)()], LEAST_RECALL, {
          name: `vector ${set.name}, filter ${share}: recall`,
          unit: 'recall@10',
        }),
      ),
    )),
    toMetric(scan, 'exact', 'memory', { name: `vector ${set.name}, exact search of the store`, unit: 'GB/s' }),
    ...Object.entries(blocks).map(([during, ms]) =>
      within([ms], MOST_BLOCK, { name: `vector ${set.name}, longest block: ${during}`, unit: 'ms' }),
    ),
  ]
}

const plain = Buffer.alloc(256 * 1024 * 1024, 1)

/** Gigabytes a second that one thread reads: libc looks for a byte that is not there. */
const bandwidth = (): number => {
  const begun = performance.now()
  for (let i = 0; i < 8; i++) if (plain.indexOf(2) >= 0) throw new Error('unreachable: the buffer is full of ones')
  return (8 * plain.length) / 1e6 / (performance.now() - begun)
}

/** The exact scan of each kernel beside what memory gives. */
export const measureFlat = async (rounds: number, set: DataSet): Promise<Metric[]> => {
  const arm = await startArm('vector/flat.ts', [JSON.stringify(set)])
  try {
    const results = await interleave(rounds, {
      wasm: async () => Number(await arm.ask('wasm')),
      usearch: async () => Number(await arm.ask('usearch')),
      memory: async () => bandwidth(),
    })
    const name = `vector ${set.name}, scan`
    return [
      toMetric(results, 'wasm', 'memory', { name: `${name}: WebAssembly`, unit: 'GB/s', target: 0.25 }),
      toMetric(results, 'usearch', 'memory', { name: `${name}: usearch`, unit: 'GB/s', target: 0.5 }),
    ]
  } finally {
    arm.child.kill('SIGTERM')
  }
}

/** Vectors of 384 numbers a second, in batches that are each on disk before the next. */
export const measureIngest = async (rounds: number, count: number): Promise<Metric> => {
  const set = clusteredSet({ count, dimensions: 384, queries: 20 })
  const arm = await startArm('vector/rt-ingest.ts', [JSON.stringify(set)])
  try {
    const bound = async (): Promise<number> => LEAST_INGEST
    const naming = { name: 'vector durable ingest', unit: 'vectors/s', target: 1 } as const
    return await compare({ ...naming, rounds, ours: arm.round, peer: bound })
  } finally {
    arm.child.kill('SIGTERM')
  }
}

/** A new process each round. */
export const measureOpen = async (rounds: number, set: DataSet, most: number): Promise<Metric> => {
  const folder = mkdtempSync(join(tmpdir(), 'rt-bench-'))
  const args = [JSON.stringify({ ...set, metric: 'cosine' }), join(folder, 'rt.db')]
  try {
    const made = await startArm('vector/rt-open.ts', [...args, 'make'])
    made.child.kill('SIGTERM')
    const once = async (): Promise<number> => {
      const { child, ready } = await startArm('vector/rt-open.ts', args)
      child.kill('SIGTERM')
      return round3(Number(ready))
    }
    const bound = async (): Promise<number> => most
    return await compare({
      name: `vector first answer ${set.name}`,
      unit: 'ms',
      rounds,
      ours: once,
      peer: bound,
      target: 1,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
