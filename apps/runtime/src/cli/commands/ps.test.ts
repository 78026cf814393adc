import type { MemoryStatus } from '@rt/core'
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
    saved: { threads: 3, bytes: 45_000_000 },
    running: 1,
    waiting: 2,
    batch: { steps: 10, rows: 28, streams: 30 },
    speculation: { steps: 500, drafted: 3600, accepted: 2400 },
    idleMs: 0,
    memory: { reservedBytes: 480_000_000, measuredBytes: 155_362_432 },
  }
  const embed = {
    ...chat,
    id: 'bge',
    kind: 'embed' as const,
    kvBytes: 0,
    sequences: { open: 0, most: 0 },
    saved: undefined,
    running: 0,
    batch: undefined,
    speculation: undefined,
    idleMs: 3000,
    memory: { reservedBytes: 480_000_000 },
    unloadsInMs: 297_000,
  }
  const rows = formatStatus({ ...status, models: [chat, embed] }, 1000)
    .split('\n')
    .slice(2)
  expect(rows.map((line) => line.trim().split(/\s{2,}/))).toEqual([
    [
      'smollm2:135m',
      'chat',
      'gguf',
      '98 MB',
      '12 MB',
      '45 MB',
      '155 MB',
      '480 MB',
      '4,096',
      '1 of 4',
      '3 (45 MB)',
      '1',
      '2',
      '2.8 of 3.0',
      '2,400 of 3,600',
      '-',
      '-',
    ],
    ['bge', 'embed', 'gguf', '98 MB', '-', '-', '-', '480 MB', '4,096', '-', '-', '0', '2', '-', '-', '3 s', '5 min'],
  ])
  expect(formatStatus({ ...status, models: [{ ...embed, pinned: true }] }, 1000)).toMatch(/pinned$/)
  const ill = { ...embed, quarantine: { crashes: 3, retryAfterMs: 240_000 } }
  expect(
    formatStatus({ ...status, models: [ill, chat] }, 1000)
      .split('\n')
      .slice(4),
  ).toEqual([' bge is refused for 4 min: the gguf engine crashed 3 times while it ran'])
})

it('shows how much of the memory budget is taken, and what stays', () => {
  const status = { version: '0.1.0', pid: 7, startedAt: 0, models: [] }
  const memory: MemoryStatus = { budgetBytes: 5.6e9, usedBytes: 1.2e9, processes: [], waiting: 0 }
  const last = (of: MemoryStatus): string | undefined =>
    formatStatus({ ...status, memory: of }, 0)
      .split('\n')
      .at(-1)
  expect(last(memory)).toBe(' memory 1.2 GB of 5.6 GB')
  const processes = [
    { id: 'gguf engine', bytes: 150e6 },
    { id: 'onnx engine', bytes: 120e6 },
  ]
  expect(last({ ...memory, processes, waiting: 1 })).toBe(
    ' memory 1.2 GB of 5.6 GB · engines 270 MB of it · 1 model waiting for room',
  )
})
