import { mkdir, writeFile } from 'node:fs/promises'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFolder } from '../__fixtures__/open-temporary.ts'
import { findFiles } from './find-files.ts'

it('goes on past a folder that is deleted while it walks', async () => {
  const folder = join(await makeFolder(), 'docs')
  await mkdir(join(folder, 'team'), { recursive: true })
  await writeFile(join(folder, 'team', 'a.md'), '')
  await writeFile(join(folder, 'z.md'), '')
  const { signal } = new AbortController()
  let folders = 0
  // Asked once for each folder, before it is read.
  Object.defineProperty(signal, 'aborted', {
    get() {
      if (++folders === 2) rmSync(join(folder, 'team'), { recursive: true })
      return false
    },
  })
  const { files, failed, unread } = await findFiles([folder], signal)
  expect(files.map(({ source }) => source)).toEqual(['docs/z.md'])
  expect(failed).toEqual([{ source: 'docs/team', reason: 'cannot be read (ENOENT)' }])
  expect(unread).toEqual(['docs/team/'])
})
