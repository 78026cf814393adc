import { afterEach, describe, expect, it, vi } from 'vitest'
import { createPacer } from './pacer.ts'

afterEach(() => void vi.restoreAllMocks())

describe('createPacer', () => {
  it('lets the event loop run after a slice of work, not before', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const pace = createPacer()
    expect(pace()).toBeUndefined()
    now = 6
    let others = false
    setImmediate(() => (others = true))
    await pace()
    expect(others).toBe(true)
    expect(pace()).toBeUndefined()
  })

  it('stops the work at the end of a slice when the signal has fired', async () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const controller = new AbortController()
    const pace = createPacer(controller.signal)
    controller.abort()
    now = 6
    await expect(pace()).rejects.toMatchObject({ code: 'aborted' })
  })
})
