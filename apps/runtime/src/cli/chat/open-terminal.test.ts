import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { openTerminal } from './open-terminal.ts'

const open = () => {
  const input = new PassThrough()
  const output = new PassThrough()
  const terminal = openTerminal({
    history: { lines: [], refused: undefined, add: async () => {} },
    complete: async (line) => [[], line],
    signal: new AbortController().signal,
    input: input as unknown as NodeJS.ReadStream,
    output: output as unknown as NodeJS.WriteStream,
  })
  return { input, output, terminal }
}
const never = new AbortController().signal
/** Readline has taken the lines that were written. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

it.each([
  ['y', true],
  ['Yes ', true],
  ['', false],
  ['yolo', false],
])('takes only a yes for one: %j', async (line, expected) => {
  const { input, terminal } = open()
  using _ = terminal
  const answer = terminal.ask('remove a\nAllow it?', never)
  input.write(`${line}\n`)
  expect(await answer).toBe(expected)
})

it('does not take what was typed before it asked, and leaves it for the next question', async () => {
  const { input, output, terminal } = open()
  using _ = terminal
  input.write('y\n')
  await settled()
  const answer = terminal.ask('remove a\nAllow it?', never)
  input.write('n\n')
  expect(await answer).toBe(false)
  expect(String(output.read())).toContain(' remove a\n')
  expect(await terminal.read('> ')).toEqual({ line: 'y' })
})

it('is a no when the turn is stopped or the input ends, and takes no line then', async () => {
  const { input, terminal } = open()
  using _ = terminal
  const stopping = new AbortController()
  const stopped = terminal.ask('x', stopping.signal)
  stopping.abort()
  expect(await stopped).toBe(false)
  input.write('y\n')
  expect(await terminal.read('> ')).toEqual({ line: 'y' })
  const ended = terminal.ask('x', never)
  input.end()
  expect(await ended).toBe(false)
})
