import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ROOT } from './pack-check/root.ts'
import { readVitestReport } from './read-vitest-report.ts'

const folder = mkdtempSync(join(tmpdir(), 'rt-report-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const write = (text: string): string => {
  const file = join(folder, 'report.json')
  writeFileSync(file, text)
  return file
}

const test = (fullName: string, status: string) => ({ fullName, status })

it('counts tests, names those that were skipped, and counts a file that could not be loaded', () => {
  const file = write(
    JSON.stringify({
      testResults: [
        {
          name: join(ROOT, 'packages/a/a.test.ts'),
          status: 'failed',
          assertionResults: [test('one', 'passed'), test('two', 'failed'), test('three (skipped: no zsh)', 'skipped')],
        },
        { name: join(ROOT, 'b.test.ts'), status: 'passed', assertionResults: [test('four', 'todo')] },
        { name: join(ROOT, 'c.test.ts'), status: 'failed', assertionResults: [] },
      ],
    }),
  )
  expect(readVitestReport(file)).toEqual({
    passed: 1,
    failed: 2,
    skipped: ['packages/a/a.test.ts: three (skipped: no zsh)', 'b.test.ts: four'],
  })
})

it('takes a report that is not there, or cut off, for one failure', () => {
  const failure = { passed: 0, failed: 1, skipped: [] }
  expect(readVitestReport(join(folder, 'none.json'))).toEqual(failure)
  expect(readVitestReport(write('{"testResults":'))).toEqual(failure)
})
