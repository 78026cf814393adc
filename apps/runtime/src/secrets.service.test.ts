import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand, startCommand, temporaryFolder } from './__fixtures__/command.ts'

const CANARY = 'canary-5f1c9b7e'

/** Everything a folder holds, as bytes. */
const contents = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

it('secrets reach no output, no log and no file', async () => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, '.rt')
  const cwd = folder.path
  const env = { RT_API_KEY: `${CANARY}-api`, MY_SECRET: `${CANARY}-env`, ANTHROPIC_API_KEY: `${CANARY}-provider` }
  await writeFile(join(cwd, 'config.toml'), 'rt = 1\n[chat]\nsystem = "env:MY_SECRET"\n')
  const server = startCommand(['serve', '--port', '0', '--data', data, '--debug'], { env, cwd })
  const printed: string[] = []
  let key = ''
  try {
    const base = (await server.said(/listening {2}(http:\S+?)[, ]/))[1]!
    const rt = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await runCommand([...args, '--debug'], { env: { ...env, RT_DATA: data }, cwd })
      printed.push(stdout, stderr)
      return stdout
    }
    const call = (token: string): Promise<Response> =>
      fetch(`${base}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: [{ role: 'user', content: 'Hi' }], max_tokens: 5 }),
      })
    await server.said(/ready/)
    key = /rt_\w+/.exec(await rt('key', 'create', 'app'))![0]
    printed.length = 0
    expect((await call(`${CANARY}-wrong`)).status).toBe(401)
    expect((await call(env.RT_API_KEY)).status).toBe(200)
    expect((await call(key)).status).toBe(200)
    for (const args of [
      ['trace'],
      ['trace', 'list', '--json'],
      ['key', 'list', '--json'],
      ['config'],
      ['config', '--json'],
    ])
      await rt(...args)
    for (const args of [['doctor'], ['doctor', '--json'], ['ps', '--json'], ['chat', '--model', 'nosuch', 'hi']])
      await rt(...args)
  } finally {
    server.child.kill('SIGTERM')
    await server.exit
  }
  const everything = [...printed, server.stdout(), server.stderr()].join('\n')
  expect(everything).toContain('env:MY_SECRET')
  expect(everything).not.toContain(CANARY)
  expect(everything).not.toContain(key)
  expect(await contents(data)).not.toContain(CANARY)
  expect(await contents(data)).not.toContain(key)
})
