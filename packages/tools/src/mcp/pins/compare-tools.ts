import { RtError } from '@rt/core'
import { changedFields, definitionHash, type ToolDefinition } from './tool-definition.ts'
import type { PinnedServer, PinnedTool } from './tool-pins.ts'

export interface KnownTool {
  /** As it was agreed to: what models are shown. */
  definition: ToolDefinition
  late: boolean
  /** Parts of it that are different now: it does not run. */
  changed?: string[]
}

/** What a server offers now, held against what is known of it. */
export interface Comparison {
  tools: Map<string, KnownTool>
  /** With the tools that were not known. */
  pinned: PinnedServer
  /** There are such. */
  isNew: boolean
}

export const compareTools = (
  known: PinnedServer | undefined,
  offered: ToolDefinition[],
  resources: boolean,
): Comparison => {
  const tools = new Map<string, KnownTool>()
  const pins: Record<string, PinnedTool> = { ...known?.tools }
  let isNew = known === undefined || known.resources !== resources
  for (const definition of offered) {
    const { name } = definition
    const hash = definitionHash(definition)
    const pin = Object.hasOwn(pins, name) ? pins[name]! : undefined
    if (!pin) {
      isNew = true
      define(pins, name, { hash, definition, ...(known && { late: true }) })
      tools.set(name, { definition, late: known !== undefined })
    } else {
      tools.set(name, {
        definition: pin.definition,
        late: pin.late === true,
        ...(pin.hash !== hash && { changed: changedFields(pin.definition, definition) }),
      })
    }
  }
  return { tools, pinned: { tools: pins, resources }, isNew }
}

/** `__proto__` is a name like any other. */
const define = (pins: Record<string, PinnedTool>, name: string, value: PinnedTool): void =>
  void Object.defineProperty(pins, name, { value, enumerable: true, configurable: true, writable: true })

/** The same for a tool that is agreed to as it is now. */
export const approvedPins = (
  known: PinnedServer | undefined,
  offered: ToolDefinition[],
  { names, resources }: { names: readonly string[] | undefined; resources: boolean },
): PinnedServer => {
  const isMeant = (name: string): boolean => names === undefined || names.includes(name)
  const pins: Record<string, PinnedTool> = {}
  const kept = Object.entries(known?.tools ?? {}).filter(([name]) => !isMeant(name))
  for (const [name, pin] of kept) define(pins, name, pin)
  for (const definition of offered)
    if (isMeant(definition.name)) define(pins, definition.name, { hash: definitionHash(definition), definition })
  return { tools: pins, resources }
}

export const changedError = (server: string, tool: string, changed: string[]): RtError =>
  new RtError({
    code: 'mcp_changed',
    message: `${tool} of the MCP server ${server} did not run: its ${listed(changed)} changed since it was agreed to.`,
    hint: `rt mcp show ${server} says how. If it is all right: rt mcp approve ${server} ${tool}.`,
    data: { server, tool, changed },
  })

const listed = (names: string[]): string =>
  names.length < 2 ? (names[0] ?? 'definition') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
