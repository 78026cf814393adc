import { describe, expect, it } from 'vitest'
import { RtError } from '@rt/core'
import type { Check, Finding } from './check.ts'
import { formatFindings } from './format-findings.ts'
import { collectSecrets } from './hide-secrets.ts'
import { runChecks, type RunChecksOptions } from './run-checks.ts'

const check = (run: Check['run'], section: Check['section'] = 'machine'): Check => ({ section, name: 'tried', run })
const options = (more: Partial<RunChecksOptions> = {}): RunChecksOptions => ({
  data: '/nowhere',
  env: {},
  secrets: [],
  limitMs: 1000,
  signal: new AbortController().signal,
  ...more,
})
const only = async (run: Check['run'], more?: Partial<RunChecksOptions>): Promise<Finding> =>
  (await runChecks([check(run)], options(more)))[0]!.findings[0]!

describe('a check', () => {
  it('that throws is a finding with what it threw', async () => {
    const error = new RtError({ code: 'internal', message: 'it broke.', hint: 'Mend it.' })
    expect(await only(() => Promise.reject(error))).toEqual({
      name: 'tried',
      state: 'warning',
      detail: 'it broke.',
      fix: 'Mend it.',
    })
    expect(await only(() => Promise.reject(new TypeError('odd')))).toMatchObject({ state: 'warning', detail: 'odd' })
  })

  it('that never ends is a finding when its time is over, and is told to stop', async () => {
    let told: AbortSignal | undefined
    const found = await only(
      ({ signal }) => {
        told = signal
        return new Promise(() => {})
      },
      { limitMs: 5 },
    )
    expect(found).toMatchObject({ state: 'warning', detail: 'not known: it took longer than 0.005 s.' })
    expect(told?.aborted).toBe(true)
  })

  it('prints neither secrets nor control sequences', async () => {
    const run: Check['run'] = async () => ({
      name: 'a',
      state: 'red',
      detail: 'x\u001b[31mcanary-1\n',
      fix: 'unset canary-1',
    })
    expect(await only(run, { secrets: ['canary-1'] })).toEqual({
      name: 'a',
      state: 'red',
      detail: 'x(hidden)',
      fix: 'unset (hidden)',
    })
    expect((await only(() => Promise.reject(new Error('canary-1')), { secrets: ['canary-1'] })).detail).toBe('(hidden)')
  })
})

it('keeps the order of the checks and gathers their sections', async () => {
  const finding = (name: string): Finding => ({ name, state: 'ok', detail: '' })
  const reports = await runChecks(
    [
      check(async () => finding('a')),
      check(async () => [finding('b'), finding('c')], 'data'),
      check(async () => finding('d')),
    ],
    options(),
  )
  expect(reports.map(({ section, findings }) => [section, findings.map(({ name }) => name)])).toEqual([
    ['machine', ['a', 'd']],
    ['data', ['b', 'c']],
  ])
})

it('finds secrets by the names they stand under', async () => {
  const secrets = await collectSecrets({ OPENAI_API_KEY: 'sk-123456', HF_TOKEN: 'hf_1', PATH: '/usr/bin', X: '1' }, [])
  expect(secrets).toEqual(['sk-123456'])
})

it('shows marks that are read without colours, and a fix in one line', () => {
  const fix = `rt ${'very '.repeat(40)}long`
  const text = formatFindings(
    [{ section: 'machine', findings: [{ name: 'memory', state: 'red', detail: 'little '.repeat(20).trim(), fix }] }],
    60,
  )
  const lines = text.split('\n')
  expect(lines[1]).toMatch(/^ {3}RED memory {2}little little/)
  for (const line of lines.filter((one) => !one.includes('→'))) expect(line.length).toBeLessThanOrEqual(60)
  expect(text).toContain(`→ ${fix}\n`)
  expect(text).toContain('1 of 1 need work')
})
