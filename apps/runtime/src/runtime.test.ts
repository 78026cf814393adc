import { DatabaseSync } from 'node:sqlite'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { collect } from '@rt/core'
import { openDatabase } from '@rt/node/sqlite'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime } from './index.ts'

it('ingests and searches by words alone when there is no embedder, and survives reopening', async () => {
  await using folder = await temporaryFolder()
  await writeFile(
    join(folder.path, 'travel.md'),
    '# Travel\n\n## Meals\n\nThe meal allowance in Oslo is 400 NOK a day.\n',
  )
  const options = { data: join(folder.path, 'data'), embed: false as const }
  {
    await using rt = await createRuntime(options)
    expect(await rt.ingest(folder.path)).toMatchObject({ files: 1, added: 1, embedded: 0, failed: [] })
  }
  await using rt = await createRuntime(options)
  expect(await rt.ingest(folder.path)).toMatchObject({ unchanged: 1, added: 0 })
  const [hit] = await rt.search('meal allowance')
  expect(hit).toMatchObject({ source: expect.stringContaining('travel.md'), headings: ['Travel', 'Meals'] })
})

it('gives a data folder to one runtime at a time, and to the next when the first is closed', async () => {
  await using folder = await temporaryFolder()
  const options = { data: folder.path, embed: false as const }
  const first = await createRuntime(options)
  await expect(createRuntime(options)).rejects.toMatchObject({
    code: 'folder_owned',
    message: expect.stringContaining(String(process.pid)),
  })
  await first.close()
  await (await createRuntime(options)).close()
})

it('refuses a database of a newer version and leaves it as it is', async () => {
  await using folder = await temporaryFolder()
  const options = { data: folder.path, embed: false as const }
  await (await createRuntime(options)).close()
  const database = new DatabaseSync(join(folder.path, 'rt.db'))
  database.exec('UPDATE rt_migrations SET version = version + 100')
  database.close()
  await expect(createRuntime(options)).rejects.toMatchObject({ code: 'database_newer' })
})

it('says that a model does not exist, and which do, as one error part', async () => {
  await using folder = await temporaryFolder()
  await using rt = await createRuntime({ data: folder.path, embed: false })
  await expect(collect(rt.thread('a').stream('hi', { model: 'smolm2:135m' }))).rejects.toMatchObject({
    code: 'model_not_found',
    hint: expect.stringContaining('smollm2:135m'),
  })
  expect(await rt.thread('a').messages()).toEqual([])
})

it('checks the embedder of a collection, and makes none by reading', async () => {
  await using folder = await temporaryFolder()
  await using rt = await createRuntime({ data: folder.path, embed: false })
  await expect(rt.search('x', { collection: 'tpyo' })).rejects.toMatchObject({ code: 'not_found' })
  expect(await rt.search('x')).toEqual([])
  expect(await Array.fromAsync(rt.stream('x', { retrieve: 'tpyo' }))).toMatchObject([
    { type: 'error', error: { code: expect.stringMatching(/not_found/) } },
  ])
})

it('lets two ingests of one folder wait for each other', async () => {
  await using folder = await temporaryFolder()
  const file = join(folder.path, 'a.md')
  await writeFile(file, '# A\n\nThe first text of all.\n')
  await using rt = await createRuntime({ data: join(folder.path, 'data'), embed: false })
  const reports = await Promise.all([rt.ingest(file), rt.ingest(file)])
  expect(reports.map(({ added, unchanged }) => [added, unchanged])).toEqual([
    [1, 0],
    [0, 1],
  ])
})

it('opens nothing after close, and closes what it serves', async () => {
  await using folder = await temporaryFolder()
  const rt = await createRuntime({ data: folder.path, embed: false, chat: 'nosuch' })
  const { address } = await rt.serve({ port: 0 })
  expect((await fetch(`${address}/health`)).status).toBe(200)
  await rt.close()
  await expect(fetch(`${address}/health`)).rejects.toThrow()
  expect(await Array.fromAsync(rt.stream('hi'))).toMatchObject([{ type: 'error', error: { code: 'shutting_down' } }])
  await expect(rt.search('x')).rejects.toMatchObject({ code: 'shutting_down' })
})

it('answers under the host names it is given, mounted in another server', async () => {
  await using folder = await temporaryFolder()
  const allowedHosts = ['app.example']
  await using rt = await createRuntime({ data: folder.path, embed: false, allowedHosts, openFetch: true })
  expect((await rt.fetch(new Request('http://app.example/v1/models'))).status).toBe(200)
  expect((await rt.fetch(new Request('http://evil.example/v1/models'))).status).toBe(403)
})

it('does not fetch a model when told so', async () => {
  await using folder = await temporaryFolder()
  const models = join(folder.path, 'models')
  await mkdir(models)
  const before = { models: process.env['RT_MODELS'], home: process.env['HOME'] }
  Object.assign(process.env, { RT_MODELS: models, HOME: folder.path })
  try {
    await using rt = await createRuntime({ data: join(folder.path, 'data'), embed: false, download: false })
    await expect(rt.generate('hi')).rejects.toMatchObject({
      code: 'model_not_found',
      message: expect.stringContaining('fetching models is off'),
      hint: expect.stringContaining('rt pull'),
    })
  } finally {
    if (before.models === undefined) delete process.env['RT_MODELS']
    else process.env['RT_MODELS'] = before.models
    process.env['HOME'] = before.home
  }
})

it('starts no engine once it is closed, though a model was being looked for', async () => {
  await using folder = await temporaryFolder()
  const rt = await createRuntime({ data: folder.path })
  const warming = rt.warm()
  await Promise.all([rt.close(), expect(warming).rejects.toMatchObject({ code: 'shutting_down' })])
})

it('reads a folder that has not all its tables yet', async () => {
  await using folder = await temporaryFolder()
  {
    await using database = await openDatabase({ path: join(folder.path, 'rt.db') })
    await database.write({ sql: 'CREATE TABLE something (a)' })
  }
  for (const args of [
    ['threads'],
    ['memory'],
    ['memory', 'stats'],
    ['collections'],
    ['search', 'x'],
    ['trace'],
    ['cost'],
    ['key', 'list'],
  ]) {
    const { code, stderr } = await runCommand([...args, '--data', folder.path], { env: { RT_EMBED: 'none' } })
    expect([args.join(' '), code, stderr]).toEqual([args.join(' '), 0, ''])
  }
})
