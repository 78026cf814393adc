import { readFile } from 'node:fs/promises'
import { expect, it, vi } from 'vitest'

it('shows an example in the README that compiles and runs as it stands', async () => {
  const example = await readFile(new URL('./__fixtures__/readme-example.ts', import.meta.url), 'utf8')
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  expect(/```ts\n([\s\S]*?)```/.exec(readme)?.[1]).toBe(example.slice(example.indexOf('\n') + 1))

  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import('./__fixtures__/readme-example.ts')
  expect(print.mock.calls).toEqual([['Hello.', expect.objectContaining({ input: 1, output: 1 })]])
  print.mockRestore()
})
