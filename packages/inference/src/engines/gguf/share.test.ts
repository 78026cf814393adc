import { expect, test } from 'vitest'
import { createShare } from './share.ts'

const create = () => {
  const log: string[] = []
  const share = createShare<string>(async (value) => void log.push(`close ${value}`))
  const open = (value: string) => async () => {
    log.push(`open ${value}`)
    return value
  }
  return { log, share, open }
}

test('two users share what was opened once; the last one closes it', async () => {
  const { log, share, open } = create()
  const [a, b] = await Promise.all([share.borrow('x', open('1')), share.borrow('x', open('2'))])
  expect([a.value, b.value]).toEqual(['1', '1'])
  await a.giveBack()
  await a.giveBack()
  expect(log).toEqual(['open 1'])
  await b.giveBack()
  expect(log).toEqual(['open 1', 'close 1'])
  expect((await share.borrow('x', open('3'))).value).toBe('3')
})

test('whoever gives up does not stop the others, the last one does', async () => {
  const { log, share } = create()
  const [one, two] = [new AbortController(), new AbortController()]
  let opening!: AbortSignal
  const done = Promise.withResolvers<string>()
  const open = (signal: AbortSignal) => {
    opening = signal
    signal.addEventListener('abort', () => done.reject(signal.reason as Error))
    return done.promise
  }
  const both = [share.borrow('x', open, one.signal), share.borrow('x', open, two.signal)]
  const results = Promise.allSettled(both)
  one.abort()
  await expect(both[0]).rejects.toMatchObject({ code: 'aborted' })
  expect(opening.aborted).toBe(false)
  two.abort()
  await expect(both[1]).rejects.toMatchObject({ code: 'aborted' })
  expect(opening.aborted).toBe(true)
  await results
  expect(log).toEqual([])
})

test('a failure is tried again by the next one', async () => {
  const { share, open } = create()
  const fail = () => Promise.reject(new TypeError('no'))
  await expect(share.borrow('x', fail)).rejects.toThrow('no')
  expect((await share.borrow('x', open('1'))).value).toBe('1')
})
