/**
 * The extra entries of this package: output name (as it must lie in `dist`) to source file in `@rt/node/src`.
 * A bundle that inlines @rt/node emits these beside its own chunks.
 */
export const WORKER_ENTRIES: Readonly<Record<'sqlite-worker' | 'sqlite-task' | 'watchdog' | 'thread-entry', string>> = {
  'sqlite-worker': 'sqlite/sqlite-worker.ts',
  'sqlite-task': 'sqlite/task-worker.ts',
  watchdog: 'process/watchdog.ts',
  'thread-entry': 'worker/thread-entry.ts',
}
