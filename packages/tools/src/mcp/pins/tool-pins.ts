import type { ToolDefinition } from './tool-definition.ts'

/** A tool as it was when it was first seen, or approved since. */
export interface PinnedTool {
  hash: string
  definition: ToolDefinition
  /** It came after the server was first used: a person is asked before each call, until it is approved. */
  late?: true
}

export interface PinnedServer {
  tools: Record<string, PinnedTool>
  /** It has resources. */
  resources: boolean
}

/** Remembers tools, so that a server cannot change what was agreed to. */
export interface ToolPins {
  read(server: string): Promise<PinnedServer | undefined>
  write(server: string, pinned: PinnedServer): Promise<void>
}

/** For as long as the process lives. */
export const createMemoryPins = (): ToolPins => {
  const kept = new Map<string, PinnedServer>()
  return {
    read: async (server) => kept.get(server),
    write: async (server, pinned) => void kept.set(server, pinned),
  }
}
