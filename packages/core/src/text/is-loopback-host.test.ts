import { expect, it } from 'vitest'
import { isLoopbackHost } from './is-loopback-host.ts'

it.each(['localhost', 'LocalHost', '127.0.0.1', '127.8.9.10', '::1', '[::1]'])('%s is of this machine', (host) => {
  expect(isLoopbackHost(host)).toBe(true)
})

it.each(['', '0.0.0.0', '::', '[::]', '127.0.0.1.example.org', 'localhost.example.org', '1127.0.0.1', '127.1', '::10'])(
  '"%s" may be another',
  (host) => {
    expect(isLoopbackHost(host)).toBe(false)
  },
)
