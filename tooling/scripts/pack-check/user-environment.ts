import { delimiter, dirname } from 'node:path'
import { ROOT } from './root.ts'

// What pnpm and vitest put into the environment of the scripts they run, and no user has.
const OURS =
  /^(npm_(package|lifecycle|command|execpath|node_execpath)|npm_config_(user_agent|verify_deps)|pnpm_|PNPM_|INIT_CWD$|VITEST|NODE_PATH$|NODE_OPTIONS$|RT_COMMAND$)/

/**
 * The environment of a user's shell: the caller's, without the workspace's programs in PATH and what runs scripts added,
 * and with this Node. The machine's may be older than what users of rt have, and npm leaves out what is optional and does
 * not accept it, such as llama.cpp.
 */
export const userEnvironment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(
    ([name, value]) => !OURS.test(name) && !(name === 'NODE_ENV' && value === 'test'),
  )
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.startsWith(ROOT))
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(process.execPath), ...path].join(delimiter),
    DO_NOT_TRACK: '1',
    NO_UPDATE_NOTIFIER: '1',
    ...more,
  }
}
