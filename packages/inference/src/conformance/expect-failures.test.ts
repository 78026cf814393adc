import { expect, it } from 'vitest'
import { expectFailures } from './expect-failures.ts'
import type { TestFunctions } from './test-functions.ts'

/** Collects tests; `outcome` runs one by its name. */
const collectTests = (cannot: Record<string, string>) => {
  const tests = new Map<string, () => Promise<void>>()
  const functions: TestFunctions = {
    describe: (_, define) => define(),
    it: (name, run) => tests.set(name, run),
    expect,
  }
  const outcome = async (name: string): Promise<'green' | 'red'> => {
    return tests.get(name)!().then(
      () => 'green' as const,
      () => 'red' as const,
    )
  }
  return { ...expectFailures({ name: 'x', cannot }, functions), tests, outcome }
}

const pass = async (): Promise<void> => {}
const fail = async (): Promise<void> => expect(1).toBe(2)

it('lets a declared failure fail, and only that one', async () => {
  const { functions, checkNames, tests, outcome } = collectTests({ a: 'no way.', b: 'not yet.' })
  functions.it('a', fail)
  functions.it('b', pass)
  functions.it('c', fail)
  checkNames()
  expect([...tests.keys()]).toEqual([
    'cannot: a. no way.',
    'cannot: b. not yet.',
    'c',
    'x: names only tests that exist',
  ])
  expect(await outcome('cannot: a. no way.')).toBe('green')
  expect(await outcome('cannot: b. not yet.')).toBe('red')
  expect(await outcome('c')).toBe('red')
  expect(await outcome('x: names only tests that exist')).toBe('green')
})

it('is red for a name no test has', async () => {
  const { functions, checkNames, outcome } = collectTests({ gone: 'once.' })
  functions.it('a', pass)
  checkNames()
  expect(await outcome('x: names only tests that exist')).toBe('red')
})
