import { type Metric, toMetric } from './kit/compare.ts'
import { interleave } from './kit/interleave.ts'
import { type Arm, startArm } from './kit/start-arm.ts'

const ARMS = { rt: 'rt', fetch: 'fetch', ai: 'ai-sdk', langchain: 'langchain', library: 'rt-library' }
type Name = keyof typeof ARMS

/** One call that is not streamed to its caller, against a fake API on this machine; all arms take turns in each round. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const api = await startArm('call/fake-api.ts', [])
  const arms: Arm[] = []
  try {
    const start = async (file: string): Promise<Arm['round']> => {
      const arm = await startArm(`call/${file}.ts`, [String(api.ready)])
      arms.push(arm)
      return arm.round
    }
    const started: Partial<Record<Name, Arm['round']>> = {}
    // One by one: they warm up.
    for (const [name, file] of Object.entries(ARMS)) started[name as Name] = await start(file)
    const results = await interleave(rounds, started as Record<Name, Arm['round']>)
    const metric = (ours: Name, peer: Name, target?: number): Metric =>
      toMetric(results, ours, peer, { name: `call.${ours}/${peer}`, unit: 'ms', ...(target && { target }) })
    return [
      metric('rt', 'fetch', 1 / 1.7),
      metric('rt', 'ai', 1),
      metric('rt', 'langchain', 1),
      metric('library', 'fetch'),
    ]
  } finally {
    for (const { child } of [...arms, api]) child.disconnect()
  }
}
