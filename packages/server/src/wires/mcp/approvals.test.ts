import { createFakeClock } from '@rt/core/testing'
import { describe, expect, it } from 'vitest'
import { createApprovals } from './approvals.ts'

const ada = { principal: 'key_ada', scope: 'chat' } as const
const bob = { principal: 'key_bob', scope: 'chat' } as const

describe('approvals', () => {
  it('are answered by who was asked, once, whatever others try', () => {
    const approvals = createApprovals(createFakeClock())
    const state = approvals.open('hash', ada)
    expect(approvals.take(state, bob)).toBeUndefined()
    expect(approvals.take('f'.repeat(32), ada)).toBeUndefined()
    expect(approvals.take(undefined, ada)).toBeUndefined()
    expect(approvals.take(state, ada)).toBe('hash')
    expect(approvals.take(state, ada)).toBeUndefined()
  })

  it('hold for ten minutes', async () => {
    const clock = createFakeClock()
    const approvals = createApprovals(clock)
    const [early, late] = [approvals.open('a', ada), approvals.open('b', ada)]
    await clock.advance(10 * 60_000 - 1)
    expect(approvals.take(early, ada)).toBe('a')
    await clock.advance(1)
    expect(approvals.take(late, ada)).toBeUndefined()
  })

  it('are forgotten, the oldest first, where a client only asks', () => {
    const approvals = createApprovals(createFakeClock())
    const states = Array.from({ length: 1001 }, (_, i) => approvals.open(String(i), ada))
    expect(approvals.take(states[0], ada)).toBeUndefined()
    expect(approvals.take(states[1], ada)).toBe('1')
    expect(approvals.take(states[1000], ada)).toBe('1000')
  })
})
