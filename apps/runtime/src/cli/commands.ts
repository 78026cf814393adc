import type { CommandDefinition } from './command.ts'

/** Every command, loaded when it is called: the command starts as fast as what it needs. */
export const COMMANDS: Record<string, () => Promise<{ command: CommandDefinition }>> = {
  demo: () => import('./commands/demo.ts'),
  serve: () => import('./commands/serve.ts'),
  chat: () => import('./commands/chat.ts'),
  ingest: () => import('./commands/ingest.ts'),
  search: () => import('./commands/search.ts'),
  trace: () => import('./commands/trace.ts'),
  run: () => import('./commands/run.ts'),
  collections: () => import('./commands/collections.ts'),
  threads: () => import('./commands/threads.ts'),
  memory: () => import('./commands/memory.ts'),
  cost: () => import('./commands/cost.ts'),
  ps: () => import('./commands/ps.ts'),
  stop: () => import('./commands/stop.ts'),
  list: () => import('./commands/list.ts'),
  pull: () => import('./commands/pull.ts'),
  show: () => import('./commands/show.ts'),
  cp: () => import('./commands/cp.ts'),
  rm: () => import('./commands/rm.ts'),
  init: () => import('./commands/init.ts'),
  key: () => import('./commands/key.ts'),
  completion: () => import('./commands/completion.ts'),
  doctor: () => import('./commands/doctor.ts'),
  backup: () => import('./commands/backup.ts'),
  restore: () => import('./commands/restore.ts'),
}
