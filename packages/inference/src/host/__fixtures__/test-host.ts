// A host without any engine: what the RPC does, seen from a child.
import { RtError } from '@rt/core'
import { serveHost } from '../serve-host.ts'

let cancelled = 0

serveHost({
  methods: {
    echo: (value: unknown) => value,
    env: (name: string) => process.env[name],
    fail() {
      throw new RtError({ code: 'model_invalid', message: 'no such weights', hint: 'look elsewhere', data: { tried: 3 } })
    },
    die: ({ signal }: { signal: NodeJS.Signals }) => {
      process.kill(process.pid, signal)
      return new Promise(() => {})
    },
    forever: (_: unknown, { signal }) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(++cancelled))),
    cancelled: () => cancelled,
    async *count({ to, dieAt, groups = 1 }: { to: number; dieAt?: number; groups?: number }) {
      for (let i = 0; i < to; i++) {
        if (i === dieAt) process.kill(process.pid, 'SIGKILL')
        if (i % groups === 0) await new Promise(setImmediate)
        yield i
      }
    },
    async *untilCancelled(_: unknown, { signal }) {
      try {
        for (let i = 0; !signal.aborted; i++) {
          yield i
          await new Promise(setImmediate)
        }
        yield 'cancelled'
      } finally {
        cancelled++
      }
    },
  },
})
