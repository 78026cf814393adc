import { expect, it, vi } from 'vitest'

it('runs the example of the README', async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {})
  await import('./__fixtures__/readme-example.ts')
  expect(print.mock.calls).toEqual([['Hello.', expect.objectContaining({ input: 1, output: 1 })]])
  print.mockRestore()
})
