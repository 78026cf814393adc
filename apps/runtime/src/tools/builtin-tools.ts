import { type FactStore, RtError, type Tool } from '@rt/core'
import type { SearchKnowledgeOptions } from '@rt/tools/builtin'
import type { ToolSettings } from '../config/tool-settings.ts'

export interface BuiltinParts {
  settings: ToolSettings
  search: SearchKnowledgeOptions['search']
  facts(): Promise<FactStore>
}

type Builtin = typeof import('@rt/tools/builtin')

/** All that there are. None exists for a model before `[tools] allow` names it. */
export const BUILTIN_TOOLS = [
  'calculator',
  'fetch',
  'list_files',
  'now',
  'read_file',
  'recall',
  'remember',
  'search_knowledge',
  'shell',
  'sql',
  'write_file',
] as const

type BuiltinName = (typeof BUILTIN_TOOLS)[number]

/**
 * Built-in tools by name; other names are left out.
 *
 * @throws RtError `config_invalid` for one that was not told what it may reach.
 */
export const createBuiltinTools = async (names: readonly string[], parts: BuiltinParts): Promise<Tool[]> => {
  const wanted = BUILTIN_TOOLS.filter((name) => names.includes(name))
  if (!wanted.length) return []
  const builtin = await import('@rt/tools/builtin')
  return wanted.map((name) => MAKERS[name](builtin, parts))
}

const rootsOf = (name: BuiltinName, { roots = {} }: ToolSettings): Record<string, string> => {
  if (Object.keys(roots).length) return roots
  throw missing(name, 'a folder', '[tools.roots]\ndocs = "./docs"')
}

const MAKERS: Readonly<Record<BuiltinName, (builtin: Builtin, parts: BuiltinParts) => Tool>> = {
  calculator: ({ createCalculatorTool }) => createCalculatorTool(),
  now: ({ createNowTool }) => createNowTool(),
  search_knowledge: ({ createSearchKnowledgeTool }, { search }) => createSearchKnowledgeTool({ search }),
  remember: ({ createRememberTool }, { facts }) => createRememberTool({ facts }),
  recall: ({ createRecallTool }, { facts }) => createRecallTool({ facts }),
  read_file: ({ createReadFileTool }, { settings }) => createReadFileTool({ roots: rootsOf('read_file', settings) }),
  write_file: ({ createWriteFileTool }, { settings }) =>
    createWriteFileTool({ roots: rootsOf('write_file', settings) }),
  list_files: ({ createListFilesTool }, { settings }) =>
    createListFilesTool({ roots: rootsOf('list_files', settings) }),
  shell: ({ createShellTool }, { settings }) =>
    createShellTool({ roots: rootsOf('shell', settings), ...settings.shell }),
  fetch({ createFetchTool }, { settings: { fetch: { hosts = [], privateHosts = [] } = {} } }) {
    if (!hosts.length && !privateHosts.length)
      throw missing('fetch', 'a host', '[tools.fetch]\nhosts = ["example.org"]')
    return createFetchTool({ allow: hosts, allowPrivate: privateHosts })
  },
  sql({ createSqlTool }, { settings: { sql } }) {
    if (!sql) throw missing('sql', 'a file', '[tools.sql]\nfile = "./shop.db"')
    return createSqlTool(sql)
  },
}

const missing = (name: BuiltinName, what: string, example: string): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `[tools] allow names ${name}, and it was not given ${what}.`,
    hint: `Give it one in config.toml:\n${example}`,
  })
