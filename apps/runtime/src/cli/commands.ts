import type { CommandDefinition } from './command.ts'

/** Every command, loaded when it is called: the command starts as fast as what it needs. */
export const COMMANDS: Record<string, () => Promise<{ command: CommandDefinition }>> = {
  demo: () => import('./commands/demo.ts'),
  serve: () => import('./commands/serve.ts'),
  chat: () => import('./commands/chat.ts'),
  ingest: () => import('./commands/ingest.ts'),
  search: () => import('./commands/search.ts'),
  trace: () => import('./commands/trace.ts'),
  pull: () => import('./commands/pull.ts'),
  init: () => import('./commands/init.ts'),
  key: () => import('./commands/key.ts'),
}
