import type { CommandDefinition } from './command.ts'

type Load = () => Promise<{ command: CommandDefinition }>

/** Every command but `serve`, each loaded when it is called. */
export const MORE_COMMANDS: Record<string, Load> = {
  backup: () => import('./commands/backup.ts'),
  chat: () => import('./commands/chat.ts'),
  collections: () => import('./commands/collections.ts'),
  completion: () => import('./commands/completion.ts'),
  config: () => import('./commands/config.ts'),
  cost: () => import('./commands/cost.ts'),
  cp: () => import('./commands/cp.ts'),
  create: () => import('./commands/create.ts'),
  demo: () => import('./commands/demo.ts'),
  dev: () => import('./commands/dev.ts'),
  doctor: () => import('./commands/doctor.ts'),
  ingest: () => import('./commands/ingest.ts'),
  init: () => import('./commands/init.ts'),
  key: () => import('./commands/key.ts'),
  list: () => import('./commands/list.ts'),
  mcp: () => import('./commands/mcp.ts'),
  memory: () => import('./commands/memory.ts'),
  ps: () => import('./commands/ps.ts'),
  pull: () => import('./commands/pull.ts'),
  rerank: () => import('./commands/rerank.ts'),
  restore: () => import('./commands/restore.ts'),
  rm: () => import('./commands/rm.ts'),
  run: () => import('./commands/run.ts'),
  runs: () => import('./commands/runs.ts'),
  search: () => import('./commands/search.ts'),
  show: () => import('./commands/show.ts'),
  stop: () => import('./commands/stop.ts'),
  threads: () => import('./commands/threads.ts'),
  trace: () => import('./commands/trace.ts'),
}
