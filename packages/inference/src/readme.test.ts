import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'

// It is compiled with the package. `pnpm pack:check` runs the same from the packed package, on a real model.
it('shows an example in the README that compiles as it stands', async () => {
  const example = await readFile(new URL('./__fixtures__/readme-example.ts', import.meta.url), 'utf8')
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(example.slice(example.indexOf('\n') + 1))
})
