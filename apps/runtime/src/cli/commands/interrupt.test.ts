import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { abortError, type CallOptions } from '@rt/core'
import { expect, it } from 'vitest'
import { startCommand, temporaryFolder } from '../../__fixtures__/command.ts'
import { createRuntime } from '../../create-runtime.ts'
import type { Runtime } from '../../runtime.ts'

/** What a runtime is asked in each case; it does not answer before it is told to stop. */
const LONG: [args: string[], put: (rt: Runtime, wait: (options?: CallOptions) => Promise<never>) => void][] = [
  [['backup', 'copy.db'], (rt, wait) => (rt.backup = (_path, options) => wait(options))],
  [['memory', 'forget', 'docs/a.md'], (rt, wait) => (rt.documents.forget = (_source, options) => wait(options))],
  [['collections', 'drop', 'default', '-y'], (rt, wait) => (rt.collections.drop = (_name, options) => wait(options))],
]

it.each(LONG)('Ctrl-C of rt %j ends what the server does for it', async (args, put) => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  await mkdir(join(folder.path, 'docs'))
  await writeFile(join(folder.path, 'docs', 'a.md'), '# A\n\nOne paragraph.\n')
  await using rt = await createRuntime({ data, config: false, embed: false, download: false })
  await rt.ingest(join(folder.path, 'docs'))
  await rt.serve({ port: 0 })
  const asked = Promise.withResolvers<AbortSignal>()
  put(rt, (options) => {
    const signal = options!.signal!
    asked.resolve(signal)
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(abortError(signal))))
  })
  const command = startCommand([...args, '--data', data], { cwd: folder.path, env: { RT_CONFIG: 'none' } })
  const signal = await Promise.race([asked.promise, command.exit.then(() => expect.fail(command.stderr()))])
  command.child.kill('SIGINT')
  expect(await command.exit).toBe(130)
  await expect.poll(() => signal.aborted).toBe(true)
})

it('a backup that is told to stop leaves no copy', async () => {
  await using folder = await temporaryFolder()
  await using rt = await createRuntime({
    data: join(folder.path, 'data'),
    config: false,
    embed: false,
    download: false,
  })
  const path = join(folder.path, 'copy.db')
  const stop = new AbortController()
  const stopped = rt.backup(path, { signal: stop.signal })
  stop.abort()
  await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
  expect(await rt.backup(path)).toMatchObject({ path })
})
