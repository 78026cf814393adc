import type { McpPort } from '@rt/core'
import { version } from '../version.ts'

/** A port that is opened when it is first asked. */
export const lazyMcpPort = (open: () => Promise<McpPort>): McpPort => ({
  version,
  tools: async (...given) => (await open()).tools(...given),
  call: async (...given) => (await open()).call(...given),
  documents: async (...given) => (await open()).documents(...given),
  document: async (...given) => (await open()).document(...given),
  threads: async (...given) => (await open()).threads(...given),
  messages: async (...given) => (await open()).messages(...given),
  agents: async (...given) => (await open()).agents(...given),
})
