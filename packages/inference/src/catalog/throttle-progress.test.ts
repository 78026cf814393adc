import { expect, it } from 'vitest'
import { throttleProgress } from './throttle-progress.ts'

it('passes on the ends of each phase and little between', () => {
  let time = 0
  const seen: string[] = []
  const report = throttleProgress(
    ({ phase, done }) => void seen.push(`${phase} ${done}`),
    () => time,
  )!
  const step = (phase: 'downloading' | 'verifying', done: number): void =>
    report({ model: 'm', file: 'f', source: 's', phase, done, total: 100 })
  step('downloading', 0)
  step('downloading', 10)
  time = 100
  step('downloading', 20)
  step('downloading', 30)
  step('downloading', 100)
  step('verifying', 0)
  step('verifying', 50)
  step('verifying', 100)
  expect(seen).toEqual(['downloading 0', 'downloading 20', 'downloading 100', 'verifying 0', 'verifying 100'])
})
