// What the workflows may do, held as text: nobody sees them run before they do.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from './scripts/pack-check/root.ts'

interface Job {
  name: string
  text: string
}

const files = globSync('.github/workflows/*.yml', { cwd: ROOT })

/** Without its comments. */
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8').replaceAll(/(^|\s)#.*$/gm, '')

/** What stands below `jobs:`, at each key of two spaces. */
const jobs = (file: string): Job[] =>
  read(file)
    .split(/^jobs:\n/m)[1]!
    .split(/^ {2}(?=\S)/m)
    .filter((text) => text.trim())
    .map((text) => ({ name: text.slice(0, text.indexOf(':')), text }))

const runs = ({ text }: Job): string[] => Array.from(text.matchAll(/^ +- run: (.*)$/gm), ([, command]) => command!)

describe.each(files)('%s', (file) => {
  it('pins every action to a commit', () => {
    const used = Array.from(read(file).matchAll(/uses: (\S+)/g), ([, action]) => action!)
    expect(used.length).toBeGreaterThan(0)
    expect(used.filter((action) => !/@[0-9a-f]{40}$/.test(action))).toEqual([])
  })

  it('lets the tests only read', () => {
    const tested = jobs(file).filter((job) => runs(job).includes('.ci/run'))
    expect(tested).toHaveLength(1)
    for (const { text } of tested) expect(text).not.toMatch(/: write|secrets\./)
  })

  it('lets jobs that may write run nothing of ours but an install without scripts', () => {
    const writing = jobs(file).filter(({ text }) => text.includes(': write'))
    for (const job of writing) expect(runs(job)).toEqual(['npx -y pnpm@12 install --frozen-lockfile --ignore-scripts'])
  })
})

it('a release waits for the tests', () => {
  const names = jobs('.github/workflows/release.yml').map(({ name }) => name)
  expect(names).toEqual(['test', 'release'])
  expect(jobs('.github/workflows/release.yml')[1]!.text).toContain('needs: test\n')
})
