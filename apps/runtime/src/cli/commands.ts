import type { CommandDefinition } from './command.ts'

/** Every command, loaded when it is called: the command starts as fast as what it needs. */
export const COMMANDS: Record<string, { summary: string; load: () => Promise<{ command: CommandDefinition }> }> = {
  demo: {
    summary: 'The main job in a minute: documents, a tool, a conversation, a trace',
    load: () => import('./commands/demo.ts'),
  },
  serve: {
    summary: 'Serve models and knowledge over HTTP (OpenAI-compatible)',
    load: () => import('./commands/serve.ts'),
  },
  chat: { summary: 'Talk to a model about your documents', load: () => import('./commands/chat.ts') },
  ingest: { summary: 'Add documents to the knowledge', load: () => import('./commands/ingest.ts') },
  search: { summary: 'Search the knowledge', load: () => import('./commands/search.ts') },
  trace: { summary: 'What happened, step by step', load: () => import('./commands/trace.ts') },
  pull: { summary: 'Fetch a model', load: () => import('./commands/pull.ts') },
}
