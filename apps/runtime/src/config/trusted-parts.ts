import { isTable } from './describe-place.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import { isVariable } from './resolve-variables.ts'
import { visible, withoutLogins } from './shown.ts'

/** A part of a file that acts on its reader's machine or secrets: trusted once. */
export interface TrustedPart {
  /** What it would do, as a sentence without a subject: `run npx -y …`. */
  does: string
  /** Its table or key, e.g. `[mcp.files]`. */
  where: string
  line: number
  path: Path
  /** As written: the hash is of this. */
  value: unknown
}

/** Keys that say where something is sent. */
const DESTINATIONS = ['base_url', 'url', 'otlp']

/** Everything in a file that needs trust, in its order. */
export const trustedParts = (raw: Record<string, unknown>, lines: KeyLines): TrustedPart[] => {
  const part = (path: Path, value: unknown, does: string, isKey = false): TrustedPart => {
    const table = (isKey ? path.slice(0, -1) : path).join('.')
    return {
      does: visible(does),
      where: visible(`[${table}]${isKey ? ` ${path.at(-1)}` : ''}`),
      line: lines.lineOf(path),
      path,
      value,
    }
  }
  const { mcp, tools, ...others } = raw
  const found: TrustedPart[] = []
  for (const [name, server] of entries(mcp)) {
    if (!isTable(server)) continue
    const { command } = server
    if (command !== undefined)
      found.push(part(['mcp', name], server, `run ${commandLine(command)}${withSecrets(server)}`))
    else found.push(...sends(['mcp', name], server, part))
  }
  const { shell, roots } = isTable(tools) ? tools : {}
  if (shell !== undefined && shell !== false)
    found.push(part(['tools', 'shell'], shell, 'let models run any command', true))
  if (Array.isArray(roots) && roots.length)
    found.push(part(['tools', 'roots'], roots, `let models read and write ${roots.map(String).join(', ')}`, true))
  found.push(...sends([], others, part))
  return found.toSorted((a, b) => a.line - b.line)
}

/** Tables, however deep, that hold a destination and, beside it, a secret of the environment. */
const sends = (
  path: Path,
  table: Record<string, unknown>,
  part: (path: Path, value: unknown, does: string) => TrustedPart,
): TrustedPart[] => {
  const destination = DESTINATIONS.find((key) => table[key] !== undefined)
  if (destination !== undefined) {
    const { [destination]: address, ...beside } = table
    const secrets = variablesIn(beside)
    return secrets.length ? [part(path, table, `send ${secrets.join(', ')} to ${withoutLogins(String(address))}`)] : []
  }
  return Object.entries(table).flatMap(([key, value]) => (isTable(value) ? sends([...path, key], value, part) : []))
}

const variablesIn = (value: unknown): string[] => {
  if (isVariable(value)) return [value.slice('env:'.length)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(variablesIn) : []
}

const withSecrets = (server: Record<string, unknown>): string => {
  const secrets = variablesIn(server)
  return secrets.length ? `, with your ${secrets.join(', ')}` : ''
}

/** Words with anything odd in them in quotes, so that what is read is what would run. */
const commandLine = (command: unknown): string =>
  [command]
    .flat()
    .map((word) => (/^[\w@%+:,./=-]+$/.test(String(word)) ? String(word) : JSON.stringify(word)))
    .join(' ')

const entries = (value: unknown): [string, unknown][] => (isTable(value) ? Object.entries(value) : [])
