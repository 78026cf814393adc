import type { Tool } from '@rt/core'
import type { App } from '../../app/define-app.ts'
import { printable, printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { duration } from '../output/units.ts'

export interface ShowToolsOptions {
  /** Show every call; else only the ones that fail. Default false. */
  all?: boolean
  /** Default: stderr, since the calls are no result of the command. */
  stream?: NodeJS.WriteStream
}

/** Longest line of a call. */
const WIDTH = 200

/**
 * An app whose tools say what they do: the developer sees what the model made of them, and the whole error of one that
 * throws. Traces and answers hold neither, since it may be content.
 */
export const showTools = (app: App, { all = false, stream = process.stderr }: ShowToolsOptions): App => {
  const show = (tool: Tool): Tool => ({
    ...tool,
    async execute(input, context) {
      const started = performance.now()
      const call = `${tool.name} ${toText(input)}`
      try {
        const result = await tool.execute(input, context)
        const took = duration(performance.now() - started)
        if (all)
          stream.write(` ${style('cyan', 'tool', stream)}       ${line(`${call} -> ${toText(result)}`)}   ${took}\n`)
        return result
      } catch (error) {
        if (!context.signal.aborted)
          stream.write(` ${style('red', 'tool', stream)}       ${line(call)} failed: ${whole(error)}\n`)
        throw error
      }
    },
  })
  // What is no tool is left as it is: it is refused when the app is checked.
  const showSome = <T>(tools: T[]): T[] =>
    Array.isArray(tools) ? tools.map((tool) => (isTool(tool) ? (show(tool) as T) : tool)) : tools
  const agents = Object.entries(app.agents ?? {}).map(
    ([name, agent]) => [name, agent?.tools ? { ...agent, tools: showSome(agent.tools) } : agent] as const,
  )
  return {
    ...app,
    ...(app.tools && { tools: showSome(app.tools) }),
    ...(app.agents && { agents: Object.fromEntries(agents) }),
  }
}

const isTool = (value: unknown): value is Tool =>
  typeof value === 'object' && value !== null && typeof (value as Partial<Tool>).execute === 'function'

const toText = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

const line = (text: string): string => {
  const clean = printableLine(text)
  return clean.length > WIDTH ? `${clean.slice(0, WIDTH)}…` : clean
}

const whole = (error: unknown): string => printable((error instanceof Error && error.stack) || String(error))
