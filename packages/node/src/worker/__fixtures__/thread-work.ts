import { RtError } from '@rt/core'

let calls = 0

/** What a thread may do, by name. */
export default (what: string, started?: Int32Array): unknown => {
  calls++
  if (what === 'calls') return calls
  if (what === 'block') {
    Atomics.store(started!, 0, 1)
    Atomics.notify(started!, 0)
    for (;;);
  }
  if (what === 'memory') {
    const kept: number[][] = []
    for (;;) kept.push(Array.from({ length: 100_000 }, (_, i) => i))
  }
  if (what === 'exit') return process.exit(3)
  if (what === 'throw') throw new TypeError('no such city')
  if (what === 'throw-rt') throw new RtError({ code: 'not_found', message: 'no such city', hint: 'Try Oslo.' })
  if (what === 'throw-odd') throw { because: () => {} }
  if (what === 'function') return () => {}
  if (what === 'progress') return progress()
  if (what === 'flood') return flood()
  return { what, date: new Date(0), big: 1n, map: new Map([[1, 2]]) }
}

async function* progress(): AsyncGenerator<string, string> {
  yield 'a'
  yield 'b'
  return 'all'
}

async function* flood(): AsyncGenerator<number> {
  for (let i = 0; ; i++) yield i
}
