import { createFakeClock } from '@rt/core/testing'
import { expect, it } from 'vitest'
import { createRandom } from '../driver-kit/__fixtures__/random.ts'
import { createMemoryPlan } from './create-memory-plan.ts'
import type { Kept, Lease } from './kept.ts'

interface Model extends AsyncDisposable {
  inUse: number
}

const later = async (turns: number): Promise<void> => {
  for (let i = 0; i < turns; i++) await Promise.resolve()
}

it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'whatever is asked in whatever order: never over the budget, never freed in use, everybody is answered (%i)',
  async (seed) => {
    const random = createRandom(seed)
    const upTo = (most: number): number => Math.floor(random() * most)
    const clock = createFakeClock()
    const plan = createMemoryPlan({ budgetBytes: 1000, waitMs: 5000, maxWaiting: 4, clock })
    const wrong: string[] = []
    const kept: Kept<Model>[] = Array.from({ length: 6 }, (_, index) => {
      const bytes = 150 + upTo(500)
      return plan.keep<Model>({
        id: `m${index}`,
        pinned: index === 0 && bytes < 300,
        keepAliveMs: [0, 100, 3000, Infinity][upTo(4)]!,
        estimate: async () => ({ weightsBytes: bytes, kvBytes: { least: 10, most: 60 }, otherBytes: 0 }),
        async load() {
          await later(upTo(20))
          if (random() < 0.1) throw new RangeError('no')
          const model: Model = {
            inUse: 0,
            async [Symbol.asyncDispose]() {
              await later(upTo(20))
              if (model.inUse > 0) wrong.push(`m${index} freed in use`)
            },
          }
          return model
        },
      })
    })
    const held: Lease<Model>[] = []
    const asked: Promise<unknown>[] = []
    const end = (lease: Lease<Model>): void => {
      lease.model.inUse--
      lease[Symbol.dispose]()
    }
    const ask = async (): Promise<void> => {
      const stop = new AbortController()
      if (random() < 0.3) void later(upTo(40)).then(() => stop.abort())
      const lease = await kept[upTo(kept.length)]!.use({ signal: stop.signal, before: random() < 0.2 })
      lease.model.inUse++
      held.push(lease)
    }
    for (let step = 0; step < 200; step++) {
      const what = random()
      if (what < 0.45) asked.push(ask().catch(() => {}))
      else if (what < 0.8 && held.length > 0) end(held.splice(upTo(held.length), 1)[0]!)
      else if (what < 0.85) asked.push(kept[upTo(kept.length)]!.unload())
      else if (what < 0.95) await clock.advance(upTo(400))
      else kept[upTo(kept.length)]!.keepAlive([0, 100, Infinity][upTo(3)]!)
      await later(upTo(10))
      if (plan.state().usedBytes > 1000) wrong.push(`${plan.state().usedBytes} bytes`)
    }
    // Those who answer end, those who wait are let in or give up.
    let open = true
    void Promise.all(asked).then(() => (open = false))
    for (let round = 0; open && round < 500; round++) {
      for (const lease of held.splice(0)) end(lease)
      await later(50)
      await clock.advance(500)
    }
    for (const lease of held.splice(0)) end(lease)
    expect([wrong, open, plan.state().waiting]).toEqual([[], false, 0])
    await Promise.all(kept.map((one) => one.unload()))
    expect([plan.state().usedBytes, clock.sleeping]).toEqual([0, 0])
  },
)
