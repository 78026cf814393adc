import { type Message, RtError, type Tool } from '@rt/core'
import type { LoopProgress, StepChanges } from '../loop/loop-options.ts'
import { tool } from '../tool.ts'

/** An agent that can be handed a conversation. */
export interface HandoffAgent {
  /** When to hand over to it: the model reads this. */
  description: string
  tools: Tool[]
  /** Names of those it may hand over to. */
  handoffs: string[]
  /** What its steps do differently: model, instructions, sampling. */
  changes: () => Omit<StepChanges, 'tools'> | Promise<Omit<StepChanges, 'tools'>>
}

export interface Handoffs {
  /** Those of all agents, and one for each that can be handed over to: what the loop is given. */
  tools: Tool[]
  prepareStep: (progress: LoopProgress) => Promise<StepChanges>
  /** Who has the conversation. */
  holder: (messages: readonly Message[]) => string
}

const PREFIX = 'hand_over_to_'

/**
 * A conversation that agents hand to each other. Who has it stands in the conversation itself (the last `hand_over_to_…` that
 * ran), so a thread that is gone on with stays with whom it was handed to.
 *
 * @throws RtError `invalid_request` for an agent that hands over to one that is not there, or two tools of one name.
 */
export const createHandoffs = (first: string, agents: Readonly<Record<string, HandoffAgent>>): Handoffs => {
  const names = Object.keys(agents)
  const known = new Set(names)
  for (const [name, { handoffs }] of Object.entries(agents)) {
    const missing = [...handoffs, first].find((other) => !known.has(other))
    if (missing === undefined) continue
    throw new RtError({
      code: 'invalid_request',
      message: `${name} hands over to "${missing}", which is no agent.`,
      hint: `Agents: ${names.join(', ')}.`,
    })
  }
  const doors = new Map(names.map((name) => [name, door(name, agents[name]!.description)]))
  const tools = [...new Set([...names.flatMap((name) => agents[name]!.tools), ...doors.values()])]

  const holder = (messages: readonly Message[]): string => {
    for (const { parts } of messages.toReversed())
      for (const part of parts.toReversed()) {
        if (part.type !== 'tool-result' || part.isError || !part.name.startsWith(PREFIX)) continue
        const name = part.name.slice(PREFIX.length)
        if (known.has(name)) return name
      }
    return first
  }
  return {
    tools,
    holder,
    async prepareStep({ messages }) {
      const agent = agents[holder(messages)]!
      const shown = [...agent.tools, ...agent.handoffs.map((name) => doors.get(name)!)]
      return { ...(await agent.changes()), tools: shown.map(({ name }) => name) }
    },
  }
}

/** It does nothing: that it was called is what counts. */
const door = (name: string, description: string): Tool =>
  tool({
    name: PREFIX + name,
    description: `Hands the conversation over to ${name}: ${description}`,
    inputSchema: {
      jsonSchema: {
        type: 'object',
        properties: { reason: { type: 'string', description: 'Why, in a few words.' } },
        required: ['reason'],
        additionalProperties: false,
      },
    },
    execute: () => ({ from_now_on: name }),
  })
