import { expect, it } from 'vitest'
import { describeListening } from './serve.ts'

it.each([
  ['127.0.0.1', 4141, 'http://127.0.0.1:4141', 4141, 'http://127.0.0.1:4141'],
  ['127.0.0.1', 0, 'http://127.0.0.1:49152', 49_152, 'http://127.0.0.1:49152'],
  ['localhost', 4141, 'http://localhost:4142', 4142, 'http://localhost:4142 (port 4141 was taken)'],
  ['::1', 4141, 'http://[::1]:4142', 4142, 'http://[::1]:4142 (port 4141 was taken)'],
  ['0.0.0.0', 4141, 'http://127.0.0.1:4141', 4141, 'http://127.0.0.1:4141, other machines reach it (host 0.0.0.0)'],
  ['::', 4141, 'http://[::1]:4142', 4142, 'http://[::1]:4142 (port 4141 was taken), other machines reach it (host ::)'],
])('on %s, port %i: %s', (host, port, address, bound, line) => {
  expect(describeListening({ address, port: bound }, { host, port })).toBe(line)
})
