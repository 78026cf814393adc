import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { ROOT } from './pack-check/root.ts'

export interface TestCounts {
  passed: number
  failed: number
  /** Names of the tests that did not run, with the file: a name says why. */
  skipped: string[]
}

interface VitestReport {
  testResults: {
    name: string
    status: string
    assertionResults: { fullName: string; status: string }[]
  }[]
}

/** Counts what is in the file of vitest's reporter `json`. A file that cannot be read is one failure: nothing ran to its end. */
export const readVitestReport = (file: string): TestCounts => {
  const report = read(file)
  if (!report) return { passed: 0, failed: 1, skipped: [] }
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ ...test, file: relative(ROOT, name) })),
  )
  // A file that could not even be loaded holds no test, yet it failed.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.length,
  )
  const count = (wanted: string): number => tests.filter(({ status }) => status === wanted).length
  return {
    passed: count('passed'),
    failed: count('failed') + broken.length,
    skipped: tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ file, fullName }) => `${file}: ${fullName}`),
  }
}

const read = (file: string): VitestReport | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return undefined
  }
}
