import type { ThreadInfo } from '@rt/core'
import { formatTable } from './table.ts'
import { count, localTime } from './units.ts'

/** Threads as a table, the newest first. */
export const formatThreads = (threads: ThreadInfo[]): string =>
  formatTable(
    [{ title: 'thread', most: 60 }, { title: 'messages', align: 'right' }, { title: 'last used' }],
    threads
      .toSorted((a, b) => b.updatedAt - a.updatedAt)
      .map(({ id, messages, updatedAt }) => [id, count(messages), localTime(updatedAt)]),
  )
