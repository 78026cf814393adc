import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { HANDBOOK, runCommand, temporaryFolder } from './__fixtures__/command.ts'

const answers = (stdout: string): string[] => [...stdout.matchAll(/^ answer +(.*)$/gm)].map((match) => match[1]!)

it('answers from the documents, calls a tool, remembers; another fact and city give other answers', async () => {
  await using folder = await temporaryFolder()
  const handbook = join(folder.path, 'handbook')
  const data = join(folder.path, 'data')
  await cp(HANDBOOK, handbook, { recursive: true })

  const first = await runCommand(['demo', handbook, '--once', '--data', data, '--port', '0'])
  expect(first.stderr).toBe('')
  expect(first.code).toBe(0)
  expect(answers(first.stdout)[0]).toMatch(/400/)
  expect(answers(first.stdout)[2]).toMatch(/400/)
  expect(first.stdout).toMatch(/\[1\] handbook\/travel\.md § Meals, bytes \d+-\d+/)
  expect(first.stdout).toMatch(/get_weather \{"city":"Bergen"\} -> /)
  expect(first.stdout).toMatch(/trace +3 requests · \d+ spans · [\d,]+ in \([\d,]+ cached\) · [\d,]+ out · 0\.00 USD/)

  // The quoted bytes are what the file has there.
  const [, start, end] = /travel\.md § Meals, bytes (\d+)-(\d+)/.exec(first.stdout)!
  const cited = (await readFile(join(handbook, 'travel.md'))).subarray(Number(start), Number(end)).toString()
  expect(cited).toMatch(/Oslo.*400/s)

  const travel = join(handbook, 'travel.md')
  await writeFile(travel, (await readFile(travel, 'utf8')).replaceAll('400 NOK', '625 NOK'))
  const second = await runCommand(['demo', handbook, '--once', '--data', data, '--port', '0', '--city', 'Lisbon'])
  expect(second.code).toBe(0)
  expect(answers(second.stdout)[0]).toMatch(/625/)
  // A model this small may add a comma of its own.
  expect(second.stdout).toMatch(/get_weather \{"city":"Lisbon/)

  // Only the one edited section was embedded again.
  expect(second.stdout).toContain('· 1 embedded ·')
  const third = await runCommand(['demo', handbook, '--once', '--data', data, '--port', '0'])
  expect(third.stdout).toContain('nothing new to embed')
})
