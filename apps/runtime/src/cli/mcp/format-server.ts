import type { McpPrompt, McpResource, McpToolInfo } from '@rt/tools/mcp'
import { printable, printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'

export interface ShownServer {
  name: string
  tools: McpToolInfo[]
  resources: McpResource[]
  prompts: McpPrompt[]
}

/** A server for a person, what changed first. What it wrote itself cannot move the cursor. */
export const formatServer = ({ name, tools, resources, prompts }: ShownServer): string => {
  const changed = tools.filter((tool) => tool.changed)
  const lines = [
    ...changed.flatMap(changeLines),
    ...tools
      .filter((tool) => !tool.changed)
      .map((tool) => ` ${nameOf(tool)}${noteOf(tool)}  ${first(tool.now.description)}`),
    ...(resources.length ? ['', ` resources  ${resources.length}`] : []),
    ...resources.map(
      ({ uri, uriTemplate, name: title }) => `   ${printableLine(uri ?? uriTemplate ?? '')}  ${printableLine(title)}`,
    ),
    ...(prompts.length ? ['', ` prompts  ${prompts.length}`] : []),
    ...prompts.map((prompt) => `   ${printableLine(prompt.name)}  ${first(prompt.description)}`),
  ]
  return [` ${style('bold', name)}  ${tools.length} tools`, ...lines].join('\n')
}

const nameOf = (tool: McpToolInfo): string => printableLine(tool.name)

const noteOf = ({ shown, late }: McpToolInfo): string =>
  !shown ? ' (not shown to models)' : late ? ' (new: asks each time, until it is approved)' : ''

const changeLines = (tool: McpToolInfo): string[] => [
  ` ${style('red', `${nameOf(tool)} changed: ${tool.changed!.join(', ')}`)}`,
  ...tool.changed!.flatMap((field) => [
    `   - ${field} was  ${textOf(tool.agreed, field)}`,
    `   + ${field} is   ${textOf(tool.now, field)}`,
  ]),
]

const textOf = (definition: object | undefined, field: string): string => {
  const value = (definition as Record<string, unknown> | undefined)?.[field]
  return printable(typeof value === 'string' ? JSON.stringify(value) : (JSON.stringify(value) ?? '(nothing)'))
}

const first = (text: string | undefined): string => printableLine(text ?? '').slice(0, 100)
