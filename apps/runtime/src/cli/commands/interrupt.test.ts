import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { abortError, type CallOptions } from '@rt/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type RunningCommand, startCommand, temporaryFolder } from '../../__fixtures__/command.ts'
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

describe('Ctrl-C of rt collections import', () => {
  /** With its standard input, which stays open, and a server that does not answer a request for `what`. */
  const startImport = async (what: 'upsert' | 'create', input: string): Promise<RunningCommand> => {
    const folder = await temporaryFolder()
    onTestFinished(() => folder[Symbol.asyncDispose]())
    const data = join(folder.path, 'data')
    const rt = await createRuntime({ data, config: false, embed: false, download: false })
    onTestFinished(() => rt.close())
    await rt.serve({ port: 0 })
    const asked = Promise.withResolvers<void>()
    if (what === 'create') {
      const { create } = rt.collections
      rt.collections.create = async (...given) => {
        asked.resolve()
        return create(...given)
      }
    } else
      rt.collections.upsert = (_name, _records, { signal } = {}) => {
        asked.resolve()
        return new Promise((_, reject) => signal!.addEventListener('abort', () => reject(abortError(signal))))
      }
    const command = startCommand(['collections', 'import', 'c', '-', '--data', data], {
      cwd: folder.path,
      env: { RT_CONFIG: 'none' },
      input: true,
    })
    command.child.stdin!.write(input)
    await Promise.race([asked.promise, command.exit.then(() => expect.fail(command.stderr()))])
    return command
  }

  it('says how far it came, and that it may be run again', async () => {
    // More than one request takes.
    const lines = ['a', 'b'].map((id) => JSON.stringify({ id, text: 'x'.repeat(2_000_000) }))
    const command = await startImport('upsert', `{"collection":{"name":"c"}}\n${lines.join('\n')}\n`)
    command.child.kill('SIGINT')
    expect(await command.exit).toBe(130)
    expect(command.stdout()).toBe('')
    expect(command.stderr()).toBe(
      ' 2 records read; those that are stored stay. To go on, import it again: records are replaced by id, none is kept twice\n stopped\n',
    )
  })

  it('does not wait for more input', async () => {
    const command = await startImport('create', '{"collection":{"name":"c"}}\n{"id":"a"}\n')
    command.child.kill('SIGINT')
    expect(await command.exit).toBe(130)
    expect(command.stderr()).toContain(' stopped\n')
  })
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
