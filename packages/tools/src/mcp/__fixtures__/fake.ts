import { fileURLToPath } from 'node:url'
import { LOCAL, noopSpan, type Tool, type ToolContext } from '@rt/core'
import type { McpCommand } from '../options.ts'

const SCRIPT = fileURLToPath(new URL('./fake-server.ts', import.meta.url))

/** A server that does one thing wrong. */
export const fake = (behaviour: string, file = '', more: Omit<McpCommand, 'command'> = {}): McpCommand => ({
  command: [process.execPath, SCRIPT, behaviour, file],
  ...more,
})

export const context = (more: Partial<ToolContext> = {}): ToolContext => ({
  signal: new AbortController().signal,
  callId: 'call-1',
  principal: LOCAL,
  span: noopSpan,
  ...more,
})

/** Runs a tool to its end, as the loop does. */
export const runTool = async (
  tool: Tool,
  input: unknown = {},
  more: Partial<ToolContext> = {},
): Promise<{ progress: unknown[]; result: unknown }> => {
  const output = tool.execute(input, context(more))
  if (!(Symbol.asyncIterator in output)) return { progress: [], result: await output }
  const iterator = output[Symbol.asyncIterator]() as AsyncIterator<unknown, unknown>
  const progress: unknown[] = []
  for (;;) {
    const { done, value } = await iterator.next()
    if (done) return { progress, result: value }
    progress.push(value)
  }
}
