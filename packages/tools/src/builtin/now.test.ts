import { type Clock, LOCAL, systemClock } from '@rt/core'
import { expect, test } from 'vitest'
import { createNowTool } from './now.ts'

const clock: Clock = { ...systemClock, now: () => Date.UTC(2026, 2, 29, 0, 30) }
const ask = async (args: { time_zone?: string }, timeZone = 'UTC'): Promise<unknown> => {
  const { parse, execute } = createNowTool({ clock, timeZone })
  return execute(await parse(args), { callId: 'c', principal: LOCAL, signal: new AbortController().signal })
}

test('tells the time of a zone', async () => {
  expect(await ask({})).toEqual({
    date: '2026-03-29',
    time: '00:30:00',
    weekday: 'Sunday',
    time_zone: 'UTC',
    iso: '2026-03-29T00:30:00+00:00',
  })
  expect(await ask({ time_zone: 'America/St_Johns' })).toMatchObject({
    weekday: 'Saturday',
    iso: '2026-03-28T22:00:00-02:30',
  })
  expect(await ask({}, 'Asia/Kathmandu')).toMatchObject({ iso: '2026-03-29T06:15:00+05:45' })
})

test('a zone that is none is said to the model, or to the program', async () => {
  await expect(ask({ time_zone: 'Mars/Olympus' })).rejects.toThrow(/"Mars\/Olympus" is no time zone/)
  expect(() => createNowTool({ timeZone: 'x' })).toThrow(/"x" is no time zone/)
})
