import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { IngestReport } from '@rt/core'
import { expect, it } from 'vitest'
import { runCommand, startCommand, temporaryFolder } from '../../__fixtures__/command.ts'

it('ingest --watch does nothing when only its own data changes', async () => {
  await using folder = await temporaryFolder()
  const write = (name: string, text: string): Promise<void> => writeFile(join(folder.path, name), text)
  await write('a.md', '# A\n')
  // It fails in each run, so that each run prints a line.
  await write('broken.pdf', 'no document')
  const data = join(folder.path, 'data')
  const watching = startCommand(['ingest', folder.path, '--watch', '--json', '--data', data], {
    env: { RT_EMBED: 'none', RT_CONFIG: 'none' },
  })
  await watching.said(/\n/)
  await runCommand(['key', 'create', 'one', '--data', data])
  // Meanwhile a watch that is not told to leave the data out would have begun again.
  for (let times = 0; times < 5; times++) await runCommand(['--version'])
  await write('b.md', '# B\n')
  await watching.said(/"added":1.*\n[^]*"added":1.*\n/)
  watching.child.kill('SIGINT')
  expect(await watching.exit).toBe(0)
  const reports = watching.stdout().trim().split('\n')
  expect(reports.map((line) => (JSON.parse(line) as IngestReport).added)).toEqual([1, 1])
})

it('dev refuses an app inside the data folder', async () => {
  await using folder = await temporaryFolder()
  await mkdir(join(folder.path, 'data'))
  await writeFile(join(folder.path, 'data', 'app.ts'), 'export default {}')
  const { code, stderr } = await runCommand(['dev', 'data/app.ts', '--data', 'data'], { cwd: folder.path })
  expect([code, stderr]).toEqual([1, expect.stringContaining(`data/app.ts lies in the data folder`)])
})

it('dev takes no --drain: it waits a second', async () => {
  const { code, stderr } = await runCommand(['dev', 'app.ts', '--drain', '5'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('--drain is not an option of rt dev.')])
})
