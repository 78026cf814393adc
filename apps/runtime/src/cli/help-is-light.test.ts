import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../__fixtures__/command.ts'

/** The database, the engines, the server, and packages that take long to load. */
const HEAVY =
  /\/services\.ts|sqlite-worker|node:sqlite|\/hono\/|\/zod\/|smol-toml|(?<!o)llama|onnxruntime|genai-prices|opentelemetry/
const preload = new URL('../__fixtures__/list-modules.ts', import.meta.url).href

// The first loads the definitions of all commands.
it.each([[['--help']], [['help', 'key']], [['key', '--help']], [['--version']]])(
  '%j opens nothing: no database, no engine, no data folder',
  async (args) => {
    await using folder = await temporaryFolder()
    const { code, stdout, stderr } = await runCommand(args, {
      cwd: folder.path,
      env: {
        HOME: folder.path,
        XDG_CACHE_HOME: join(folder.path, 'cache'),
        RT_DATA: join(folder.path, 'data'),
        NODE_OPTIONS: `--import=${preload}`,
      },
    })
    expect(code).toBe(0)
    expect(stdout).not.toBe('')
    const modules = stderr.split('\n')
    expect(modules.some((url) => url.endsWith('/cli/main.ts'))).toBe(true)
    expect(modules.filter((url) => HEAVY.test(url))).toEqual([])
    expect(await readdir(folder.path)).not.toContain('data')
  },
)
