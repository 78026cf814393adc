import { type Metric, toMetric, within } from './kit/compare.ts'
import { interleave } from './kit/interleave.ts'
import { type Arm, startArm } from './kit/start-arm.ts'

const ARMS = {
  rt: ['rt.ts'],
  langchain: ['langchain.ts'],
  ai: ['ai-sdk.ts'],
  loop: ['history.ts', '0'],
  short: ['history.ts', '10'],
  long: ['history.ts', '1000'],
  select: ['select.ts'],
} as const
type Name = keyof typeof ARMS

/** A scripted model costs nothing: what is measured is the agent around it. All arms take turns in each round. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const arms: Arm[] = []
  try {
    const started: Partial<Record<Name, Arm['round']>> = {}
    // One by one: they warm up.
    for (const [name, [file, ...args]] of Object.entries(ARMS)) {
      const arm = await startArm(`agent/${file}`, args)
      arms.push(arm)
      started[name as Name] = arm.round
    }
    const results = await interleave(rounds, started as Record<Name, Arm['round']>)
    const against = (peer: Name, ours: Name, target?: number): Metric =>
      toMetric(results, ours, peer, { name: `agent.${ours}/${peer}`, unit: 'ms', ...(target && { target }) })
    return [
      against('langchain', 'rt', 1 / 0.5),
      against('ai', 'rt', 1 / 0.8),
      against('langchain', 'loop'),
      against('ai', 'loop'),
      toMetric(results, 'long', 'short', { name: 'agent: 1,000 messages/10', unit: 'ms', target: 1 / 2 }),
      within(
        results.map(({ select }) => select.value),
        MOST_MS,
        { name: 'agent: 8 of 200 tools', unit: 'ms' },
      ),
    ]
  } finally {
    for (const { child } of arms) child.disconnect()
  }
}

const MOST_MS = 15
