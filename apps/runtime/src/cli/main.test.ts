import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand, temporaryFolder } from '../__fixtures__/command.ts'

/** A disk that is full. */
const FULL = ['sh', '-c', 'exec "$0" "$@" > /dev/full']

it.runIf(existsSync('/dev/full')).each([[['--version']], [['key', 'create', 'laptop']], [['key', 'list', '--json']]])(
  '%j is a failure when its output cannot be written',
  async (args) => {
    await using folder = await temporaryFolder()
    const env = { RT_DATA: join(folder.path, 'data'), RT_CONFIG: 'none' }
    const { code, stderr } = await runCommand(args, { env, wrapper: FULL })
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/error {2}disk_full: the output could not be written: .*ENOSPC/),
    ])
  },
)

it.each([
  [['help', 'X'], /error  invalid_request: rt has no command "X"\.\n +Commands: /],
  [['srch'], /Did you mean rt search\? Commands: /],
  [['sreve'], /Did you mean rt serve\? /],
  [['knowledgebases'], /rt has no command "knowledgebases"\.\n +Commands: /],
  [
    ['trace', 'list', '--limit', '-1'],
    /error  invalid_request: --limit must be a whole number of at least 1, not "-1"\./,
  ],
  [['config', '-p', '-1'], /error  invalid_request: --port must be 0 to 65535, not "-1"\./],
])('%j is a mistake in what was typed', async (args, said) => {
  expect(await runCommand(args)).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(said) as unknown })
})
