import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../../__fixtures__/command.ts'

/** Every command that only reads, on a folder that does not exist: what it says, and what --json prints. */
const READING: [args: string[], says: RegExp, json: unknown][] = [
  [['search', 'meals'], /nothing found \(rt ingest/, []],
  [['collections'], /rt ingest FOLDER makes one/, []],
  [['threads'], /rt chat begins one/, []],
  [['memory'], /rt ingest FOLDER adds them/, []],
  [['memory', 'stats'], /rt ingest FOLDER/, null],
  [['trace'], /rt chat makes one/, null],
  [['trace', 'list'], /rt chat makes one/, []],
  [['cost'], /rt chat asks one/, []],
  [['ps'], /nothing is running \(rt serve starts a server\)/, null],
]

it.each(READING)('%j says what to do next where there is nothing yet', async (args, says, json) => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  const [plain, asJson] = await Promise.all([
    runCommand([...args, '--data', data]),
    runCommand([...args, '--data', data, '--json']),
  ])
  expect(plain).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(says) as unknown })
  expect(asJson).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(asJson.stdout)).toEqual(json)
  expect(await readdir(folder.path)).toEqual([])
})

it('stop without a server says so and is no failure', async () => {
  await using folder = await temporaryFolder()
  expect(await runCommand(['stop', '--data', folder.path])).toMatchObject({
    code: 0,
    stdout: ' nothing is running (rt serve starts a server)\n',
  })
})

it.each([
  [['threads', 'show', 'ada'], 'there is no conversation "ada".'],
  [['threads', 'rm', 'ada'], 'there is no conversation "ada".'],
  [['memory', 'forget', 'a.md'], 'no document "a.md" is remembered.'],
  [['collections', 'drop', 'a', '--yes'], 'there is no collection "a".'],
  [['trace', 'show', '4bf9'], 'there is no trace "4bf9".'],
])('%j names what there is not', async (args, message) => {
  await using folder = await temporaryFolder()
  const { code, stderr } = await runCommand([...args, '--data', join(folder.path, 'data')])
  expect([code, stderr]).toEqual([1, expect.stringContaining(`error  not_found: ${message}\n       `)])
  expect(await readdir(folder.path)).toEqual([])
})

it('search with a wrong filter says so where there is nothing to search yet', async () => {
  await using folder = await temporaryFolder()
  const args = ['search', 'meals', '--filter', '{"year":{"$gt":2020}}', '--data', join(folder.path, 'data')]
  const { code, stderr } = await runCommand(args)
  expect([code, stderr]).toEqual([1, expect.stringContaining('invalid_request: filter "year": "$gt" is no operator')])
  expect(await readdir(folder.path)).toEqual([])
})

it('demo of a folder without documents names all that is read', async () => {
  await using folder = await temporaryFolder()
  const env = { RT_MODELS: folder.path, RT_DOWNLOAD: 'false' }
  const { code, stderr } = await runCommand(['demo', folder.path, '--once', '--data', join(folder.path, '.rt')], {
    env,
  })
  expect([code, stderr]).toEqual([1, expect.stringMatching(/there is nothing to read in[^]*\.md .*\.pdf /)])
})

it.each([
  [['chat', '--data', '/nowhere'], 'there is no prompt'],
  [['chat', 'hi', '--temperature', 'hot'], '--temperature must be between 0 and 2, not "hot".'],
  [['chat', 'hi', '--keepalive', 'soon'], '--keepalive must be a time such as 5m, 0 or forever, not "soon".'],
  [['chat', 'hi', '--max-tokens', '0'], '--max-tokens must be a whole number of at least 1, not "0".'],
  [['run'], 'MODEL [PROMPT] is missing.'],
  [['ingest'], 'PATH… is missing.'],
  [['threads', 'shwo'], 'rt threads has no "shwo"'],
  [['cost', '--days', 'x'], '--days must be'],
])('%j is a mistake in what was typed', async (args, message) => {
  const { code, stderr } = await runCommand(args)
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})
