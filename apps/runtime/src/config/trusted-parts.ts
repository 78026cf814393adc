import { isLoopbackHost } from '@rt/core'
import { isTable, valueAt } from './describe-place.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import { isProviderKind, keyVariable } from './provider-kinds.ts'
import { isVariable } from './resolve-variables.ts'
import { visible, withoutLogins } from './shown.ts'
import { isElsewhere } from '../vectors/place.ts'

/** A part of a file that acts on its reader's machine, secrets or server: trusted once. */
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

export interface TrustedPartsOptions {
  /** The same with `env:NAME` replaced: it decides what a value does. */
  resolved: unknown
  /** Nobody named the file: whoever wrote it also opens the server and chooses what is fetched. */
  found: boolean
}

/** Everything in a file that needs trust, in its order. */
export const trustedParts = (
  raw: Record<string, unknown>,
  lines: KeyLines,
  { resolved, found: isFound }: TrustedPartsOptions,
): TrustedPart[] => {
  const part: Describe = (path, value, does, isKey = false) => {
    const table = (isKey ? path.slice(0, -1) : path).join('.')
    return {
      does: visible(does),
      where: visible(`[${table}]${isKey ? ` ${path.at(-1)}` : ''}`),
      line: lines.lineOf(path),
      path,
      value,
    }
  }
  const { mcp, tools, providers, limits, vector, ...others } = raw
  const found: TrustedPart[] = []
  for (const [name, server] of entries(mcp)) {
    if (!isTable(server)) continue
    const { command } = server
    if (command !== undefined)
      found.push(part(['mcp', name], server, `run ${commandLine(command)}${withSecrets(server)}`))
    else {
      const sent = sends(['mcp', name], server, part)
      found.push(
        ...(sent.length || !isFound
          ? sent
          : [part(['mcp', name], server, `let models use tools of ${asShown(server['url'])}`)]),
      )
    }
  }
  found.push(...reachesByTools(tools, part))
  for (const [name, table] of entries(providers))
    if (isTable(table)) found.push(...reaches(name, table, { resolved, isFound, part }))
  if (isTable(vector)) found.push(...stores(vector, { resolved, isFound, part }))
  found.push(...sends([], others, part))
  if (isFound)
    found.push(
      ...keeps(limits, resolved, part),
      ...opens(raw, resolved, part),
      ...fetches(raw, resolved, part),
      ...weakens(raw, part),
      ...builds(raw, part),
    )
  return found.toSorted((a, b) => a.line - b.line)
}

type Describe = (path: Path, value: unknown, does: string, isKey?: boolean) => TrustedPart

/** What the built-in tools would reach, and which calls nobody would be asked about. */
const reachesByTools = (tools: unknown, part: Describe): TrustedPart[] => {
  if (!isTable(tools)) return []
  const { allow, roots, fetch, shell, sql, rules } = tools
  const found: TrustedPart[] = []
  if (Array.isArray(allow) && allow.includes('shell'))
    found.push(part(['tools', 'allow'], allow, 'let models run commands', true))
  if (isTable(shell) && shell['env'] !== undefined)
    found.push(
      part(['tools', 'shell'], shell, `show commands of models your ${[shell['env']].flat().map(asShown).join(', ')}`),
    )
  const folders = entries(roots).map(([, folder]) => asShown(folder))
  if (folders.length) found.push(part(['tools', 'roots'], roots, `let models use the folders ${folders.join(', ')}`))
  const hosts = isTable(fetch) ? [fetch['hosts'] ?? [], fetch['private_hosts'] ?? []].flat().map(asShown) : []
  if (hosts.length) found.push(part(['tools', 'fetch'], fetch, `let models ask ${hosts.join(', ')}`))
  if (isTable(sql)) found.push(part(['tools', 'sql'], sql, `let models read ${asShown(sql['file'])}`))
  const free = entries(rules).flatMap(([name, verdict]) => (verdict === 'allow' ? [name] : []))
  if (free.length) found.push(part(['tools', 'rules'], rules, `let ${free.join(', ')} run without asking`))
  return found
}

/**
 * What a provider's table would do: run a package, send a secret to where it does not belong, or (in a file nobody named)
 * conversations to a place of its own choice, or into an account of its own choice. A service's own key goes to the service
 * without asking.
 */
const reaches = (
  name: string,
  table: Record<string, unknown>,
  { resolved, isFound, part }: { resolved: unknown; isFound: boolean; part: Describe },
): TrustedPart[] => {
  const path = ['providers', name]
  const { package: code, base_url: address } = table
  if (code !== undefined) {
    const place = address === undefined ? '' : `, sending to ${asShown(address)}`
    return [part(path, table, `run the package ${asShown(code)}${withSecrets(table)}${place}`)]
  }
  const sent = sends(path, table, part)
  if (sent.length) return sent
  if (address !== undefined)
    return isFound && !isHere(valueAt(resolved, [...path, 'base_url']))
      ? [part(path, table, `send conversations to ${asShown(address)}`)]
      : []
  const kind = valueAt(resolved, [...path, 'kind']) ?? name
  const own = isProviderKind(kind) ? keyVariable(kind) : undefined
  const foreign = variablesIn(table).filter((variable) => variable !== own)
  if (foreign.length) return [part(path, table, `send your ${foreign.join(', ')} to ${asShown(kind)}`)]
  // Whoever owns the account may read there what was asked.
  const isOwnAccount = own !== undefined && [table['api_key'], ...Object.values(headersOf(table))].some(isWritten)
  return isFound && isOwnAccount
    ? [part(path, table, `send conversations to ${asShown(kind)} with a key or headers of its own`)]
    : []
}

/**
 * Where documents, and what is looked for in them, would go: a server of the file's choice, or a folder outside of the data
 * folder. A secret of the environment goes nowhere without asking.
 */
const stores = (
  table: Record<string, unknown>,
  { resolved, isFound, part }: { resolved: unknown; isFound: boolean; part: Describe },
): TrustedPart[] => {
  const { url } = table
  const sent = sends(['vector'], table, part)
  if (sent.length || url === undefined || !isFound) return sent
  const address = valueAt(resolved, ['vector', 'url'])
  const isLance = valueAt(resolved, ['vector', 'store']) === 'lancedb'
  const stays = isLance ? isBelow(address) : !isElsewhere({ store: 'pgvector', url: String(address) })
  return stays ? [] : [part(['vector'], table, `keep documents, and what is searched for, in ${asShown(url)}`)]
}

/** A folder below another, in the words of any system. */
const isBelow = (path: unknown): boolean =>
  typeof path === 'string' && !/^(?:[/\\]|[A-Za-z]:|[a-z][a-z0-9+.-]+:)|(?:^|[/\\])\.\.(?:[/\\]|$)/i.test(path)

const headersOf = ({ headers }: Record<string, unknown>): Record<string, unknown> => (isTable(headers) ? headers : {})

/** It stands in the file itself. */
const isWritten = (value: unknown): boolean => value !== undefined && !isVariable(value)

/** Answers, and what was counted, in a Redis of the file's choice. */
const keeps = (limits: unknown, resolved: unknown, part: Describe): TrustedPart[] => {
  const address = isTable(limits) ? limits['url'] : undefined
  return address === undefined || isHere(valueAt(resolved, ['limits', 'url']))
    ? []
    : [part(['limits', 'url'], address, `keep limits, budgets and answers in ${asShown(address)}`, true)]
}

/** An address of this machine. */
const isHere = (address: unknown): boolean => {
  const url = URL.parse(String(address))
  return url !== null && (url.protocol === 'unix:' || isLoopbackHost(url.hostname))
}

/** Who may reach the server, beyond this machine's own programs. */
const opens = (raw: unknown, resolved: unknown, part: Describe): TrustedPart[] => {
  const of = (key: string, needs: (value: unknown) => boolean, does: (written: string) => string): TrustedPart[] => {
    const path = ['server', key]
    const value = valueAt(raw, path)
    return needs(valueAt(resolved, path)) ? [part(path, value, does([value].flat().join(', ')), true)] : []
  }
  const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0
  return [
    ...of(
      'host',
      (host) => typeof host === 'string' && !isLoopbackHost(host),
      (host) => `let other machines reach the server, on ${host}`,
    ),
    ...of('allowed_hosts', isList, (names) => `let the server answer as ${names}`),
    ...of('allowed_origins', isList, (origins) => `let web pages of ${origins} call the server`),
  ]
}

/** A name of the catalog, or an alias. Anything else is a file or an address, and loading it is up to who wrote it. */
const NAME = /^[a-z0-9][a-z0-9._-]*(?:\/[a-z0-9][a-z0-9._-]*){0,2}(?::[a-z0-9][a-z0-9._-]*)?$/i

const isReference = (name: unknown): boolean =>
  typeof name === 'string' && (!NAME.test(name.trim()) || /\.(?:gguf|onnx)$/i.test(name.trim()) || name.includes('..'))

const fetches = (raw: Record<string, unknown>, resolved: unknown, part: Describe): TrustedPart[] => {
  const models = entries(raw['models']).map(([key, written]) => ({ path: ['models', key], written }))
  const guards = ['classifier', 'judge'].map((guard) => {
    const path = ['guards', guard, 'model']
    return { path, written: valueAt(raw, path) }
  })
  return [...models, ...guards].flatMap(({ path, written }) => {
    if (![valueAt(resolved, path)].flat().some(isReference)) return []
    const names = [written].flat().filter((name) => isReference(name) || isVariable(name))
    return [part(path, written, `load a model of its own choice: ${names.map(asShown).join(', ')}`, true)]
  })
}

/** Where data may be carried to, and what watches over it. */
const weakens = (raw: Record<string, unknown>, part: Describe): TrustedPart[] => {
  const at = (key: string): [string[], unknown] => [
    ['guards', 'injection', key],
    valueAt(raw, ['guards', 'injection', key]),
  ]
  const [hostsPath, hosts] = at('image_hosts')
  const [actionPath, action] = at('action')
  return [
    ...(Array.isArray(hosts) && hosts.length
      ? [part(hostsPath, hosts, `let answers show images of ${hosts.map(asShown).join(', ')}`, true)]
      : []),
    ...(action === 'off' || isVariable(action)
      ? [part(actionPath, action, 'switch off the guard against injections', true)]
      : []),
  ]
}

/** What TensorRT finds in its folder it runs. */
const builds = (raw: Record<string, unknown>, part: Describe): TrustedPart[] => {
  const path = ['engine', 'onnx', 'tensorrt_cache']
  const folder = valueAt(raw, path)
  return folder === undefined ? [] : [part(path, folder, `run what TensorRT built in ${asShown(folder)}`, true)]
}

/** Tables, however deep, that hold a destination and, beside it, a secret of the environment. */
const sends = (path: Path, table: Record<string, unknown>, part: Describe): TrustedPart[] => {
  const destination = DESTINATIONS.find((key) => table[key] !== undefined)
  if (destination !== undefined) {
    const { [destination]: address, ...beside } = table
    const secrets = variablesIn(beside)
    return secrets.length ? [part(path, table, `send ${secrets.join(', ')} to ${asShown(address)}`)] : []
  }
  return Object.entries(table).flatMap(([key, value]) => (isTable(value) ? sends([...path, key], value, part) : []))
}

/** Text of the file without logins. */
const asShown = (value: unknown): string => withoutLogins(String(value))

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
