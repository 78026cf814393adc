import { describePlace, isTable, valueAt } from './describe-place.ts'
import type { KeyLines, Path } from './locate-keys.ts'
import type { Mistake } from './mistakes.ts'

/** Keys that only one of the two has. */
const OF_COMMAND = ['cwd', 'env']
const OF_URL = ['headers', 'token', 'login']

/** What is wrong between the keys of `[mcp.NAME]`: the schema checks each by itself. */
export const mcpMistakes = (raw: Record<string, unknown>, lines: KeyLines): Mistake[] => {
  const at = (path: Path, why: string): Mistake => ({
    line: lines.lineOf(path),
    where: describePlace(path, valueAt(raw, path)),
    why,
  })
  const { mcp } = raw
  return Object.entries(isTable(mcp) ? mcp : {}).flatMap(([name, server]) => {
    if (!isTable(server)) return []
    const has = (key: string): boolean => server[key] !== undefined
    const { command, login } = server
    const foreign = has('command') ? OF_URL.filter(has) : OF_COMMAND.filter(has)
    const other = has('command') ? 'a server elsewhere (url)' : 'a program of this machine (command)'
    return [
      ...foreign.map((key) => at(['mcp', name, key], `Only ${other} has "${key}": remove it.`)),
      ...(Array.isArray(command) && command.length === 0
        ? [at(['mcp', name, 'command'], 'It names no program: command = ["npx", "-y", "PACKAGE"].')]
        : []),
      ...(has('token') && has('login') ? [at(['mcp', name, 'token'], 'There is a login too: keep one of them.')] : []),
      ...(isTable(login) && login['flow'] === 'client_credentials'
        ? ['client_id', 'client_secret', 'issuer']
            .filter((key) => login[key] === undefined)
            .map((key) => at(['mcp', name, 'login'], `flow = "client_credentials" needs ${key}.`))
        : []),
    ]
  })
}
