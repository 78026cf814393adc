import { execFile } from 'node:child_process'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const RT = fileURLToPath(new URL('../rt.ts', import.meta.url))
const FAKE = fileURLToPath(
  new URL('../../../../../packages/tools/src/mcp/__fixtures__/fake-server.ts', import.meta.url),
)
const run = promisify(execFile)

const project = async (behaviour: string): Promise<(...args: string[]) => Promise<string>> => {
  const cwd = await mkdtemp(join(tmpdir(), 'rt-mcp-cli-'))
  const command = [process.execPath, FAKE, behaviour, join(cwd, 'count')]
  await writeFile(join(cwd, 'config.toml'), `rt = 1\n[mcp.r]\ncommand = ${JSON.stringify(command)}\n`)
  const env = { ...process.env, XDG_DATA_HOME: cwd, RT_DATA: join(cwd, 'data'), NO_COLOR: '1' }
  return async (...args) => {
    const all = ['--conditions=@rt/source', RT, 'mcp', ...args]
    const { stdout } = await run(process.execPath, all, { cwd, env }).catch((error) => ({
      stdout: String(error.stderr),
    }))
    return stdout
  }
}

test('rt mcp: list, show, what changed, approve', async () => {
  const rt = await project('rug-pull')
  expect(await rt('list')).toContain('have not trusted this file')
  expect(await rt('list', '--trust')).toMatch(/r\s+not used yet/)
  expect(await rt('show', 'r')).toMatch(/read {2}Reads a file\./)
  expect(await rt('list')).toMatch(/r\s+1 /)
  const changed = await rt('show', 'r')
  expect(changed).toContain('read changed: description')
  expect(changed).toContain('id_rsa')
  expect(changed).toContain('mcp approve r')
  expect(await rt('approve', 'r', 'nothing')).toContain('has no tool "nothing"')
  expect(await rt('approve', 'r', 'read')).toContain('read of r may run as they are now')
  expect(await rt('show', 'r')).not.toContain('changed')
  expect(await rt('show', 'q')).toContain('There are: r.')
  expect(await rt('login', 'r')).toContain('has no login')
})
