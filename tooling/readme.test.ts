import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../packages', import.meta.url))
const names = readdirSync(packages).filter((name) => existsSync(`${packages}/${name}/README.md`))

// The file is compiled with its package, and run by that package's own test where it can run here.
it.each(names)('the README of %s begins with the program that is compiled', (name) => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(`${packages}/${name}/README.md`, 'utf8')) ?? []
  const example = readFileSync(`${packages}/${name}/src/__fixtures__/readme-example.ts`, 'utf8')
  // Without its first line, which is for the linter.
  expect(code).toBe(example.slice(example.indexOf('\n') + 1))
})
