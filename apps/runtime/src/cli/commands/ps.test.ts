import { expect, it } from 'vitest'
import { formatStatus } from './ps.ts'

it('shows the server, and what is in memory', () => {
  const status = { version: '0.1.0', pid: 7, address: 'http://127.0.0.1:4141', startedAt: 0 }
  expect(formatStatus({ ...status, models: [] }, 240_000)).toBe(
    [
      ' http://127.0.0.1:4141 · process 7 · up 4 min · rt 0.1.0',
      ' no model is in memory: the next question loads one',
    ].join('\n'),
  )
  const chat = {
    id: 'smollm2:135m\u001b]0;x\u0007',
    kind: 'chat' as const,
    engine: 'gguf',
    weightsBytes: 98_362_432,
    kvBytes: 12_000_000,
    contextTokens: 4096,
    sequences: { open: 1, most: 4 },
    running: 1,
    waiting: 2,
    batch: { steps: 10, rows: 28, streams: 30 },
    idleMs: 0,
  }
  const embed = {
    ...chat,
    id: 'bge',
    kind: 'embed' as const,
    kvBytes: 0,
    sequences: { open: 0, most: 0 },
    running: 0,
    batch: undefined,
    idleMs: 3000,
  }
  const rows = formatStatus({ ...status, models: [chat, embed] }, 1000)
    .split('\n')
    .slice(2)
  expect(rows.map((line) => line.trim().split(/\s{2,}/))).toEqual([
    ['smollm2:135m', 'chat', 'gguf', '98 MB', '12 MB', '4,096', '1 of 4', '1', '2', '2.8 of 3.0', '-'],
    ['bge', 'embed', 'gguf', '98 MB', '-', '4,096', '-', '0', '2', '-', '3 s'],
  ])
  const ill = { ...embed, quarantine: { crashes: 3, retryAfterMs: 240_000 } }
  expect(
    formatStatus({ ...status, models: [ill, chat] }, 1000)
      .split('\n')
      .slice(4),
  ).toEqual([' bge is refused for 4 min: the gguf engine crashed 3 times while it ran'])
})
