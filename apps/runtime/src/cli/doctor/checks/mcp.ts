import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, sep } from 'node:path'
import { withoutLogins } from '../../../config/shown.ts'
import { resolveHere } from '../../../resolve-here.ts'
import type { Check, CheckContext, Finding } from '../check.ts'
import { settingsOf } from '../settings-of.ts'

export const mcp: Check = {
  section: 'network',
  name: 'MCP servers',
  async run(context) {
    const { mcp: servers } = await settingsOf(context)
    const names = Object.keys(servers)
    if (names.length === 0) return { name: 'MCP servers', state: 'ok', detail: 'none' }
    if (!hasPackage())
      return {
        name: 'MCP servers',
        state: 'red',
        detail: `${names.join(', ')}: the package @modelcontextprotocol/client is not installed`,
        fix: 'npm install @modelcontextprotocol/client',
      }
    return names.map((name) => findingOf(name, servers[name]!, context))
  },
}

const findingOf = (
  id: string,
  { command, cwd, url }: { command?: string[]; cwd?: string; url?: string },
  { env }: CheckContext,
): Finding => {
  const name = `MCP server ${id}`
  // Whether it answers only a start would tell, and a check runs nothing.
  if (!command) return { name, state: 'ok', detail: `${withoutLogins(url ?? '')}, asked at its first use` }
  const [program = ''] = command
  return isThere(program, cwd, env)
    ? { name, state: 'ok', detail: `${program}, started at its first use` }
    : {
        name,
        state: 'red',
        detail: `the program ${JSON.stringify(program)} is not there`,
        fix: `Install it, or correct command of [mcp.${id}]`,
      }
}

const hasPackage = (): boolean => {
  try {
    import.meta.resolve('@modelcontextprotocol/client')
    return true
  } catch {
    return isInstalledHere()
  }
}

const isInstalledHere = (): boolean => {
  try {
    resolveHere('@modelcontextprotocol/client')
    return true
  } catch {
    return false
  }
}

const isThere = (program: string, cwd: string | undefined, env: CheckContext['env']): boolean => {
  const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : ['']
  const folders = program.includes('/') || program.includes(sep) ? [cwd ?? '.'] : (env['PATH'] ?? '').split(delimiter)
  return folders.some((folder) =>
    endings.some((ending) => isProgram((isAbsolute(program) ? program : join(folder, program)) + ending)),
  )
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
