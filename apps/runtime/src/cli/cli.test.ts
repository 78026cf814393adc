import { PassThrough } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import { RtError } from '@rt/core'
import type { CommandDefinition } from './command.ts'
import { COMMANDS } from './commands.ts'
import { commandHelp, mainHelp } from './help.ts'
import { formatError } from './output/format-error.ts'
import { printable } from './output/printable.ts'
import { bytes, duration, plural } from './output/units.ts'
import { parseCommand } from './parse.ts'

const command: CommandDefinition = {
  name: 'try',
  summary: 'Try',
  positionals: 'PATH…',
  min: 1,
  max: 2,
  flags: {
    port: { type: 'string', short: 'p', value: 'N', description: 'Port' },
    once: { type: 'boolean', description: 'Once' },
  },
  examples: ['rt try a'],
  run: async () => 0,
}

describe('parsing', () => {
  it('reads flags and arguments in any order', () => {
    expect(parseCommand(command, ['a', '-p', '80', '--once', 'b'])).toEqual({
      args: ['a', 'b'],
      flags: expect.objectContaining({ port: '80', once: true }),
    })
  })

  it.each([
    [['a', '--prot', '80'], '--prot is not an option of rt try.', 'Did you mean --port?'],
    [['a', '--zzz'], '--zzz is not an option of rt try.', 'See: rt try --help'],
    [['a', '--port'], '--port needs a value.', 'See'],
    [['a', '--toString'], '--toString is not an option of rt try.', 'See'],
    [['a', '--once=yes'], '--once takes no value.', 'See'],
    [[], 'PATH… is missing.', 'See'],
    [['a', 'b', 'c'], '"c" is one argument too many.', 'See'],
  ])('refuses %j', (argv, message, hint) => {
    expect(() => parseCommand(command, argv)).toThrow(
      expect.objectContaining({ message, hint: expect.stringContaining(hint) }),
    )
  })

  it('shows help without the arguments a run would need', () => {
    expect(parseCommand(command, ['--help']).flags['help']).toBe(true)
  })
})

describe('help', () => {
  it('lists every command', async () => {
    for (const name of Object.keys(COMMANDS)) expect(await mainHelp()).toContain(name)
  })

  it.each(Object.keys(COMMANDS))('of %s shows its usage and an example', async (name) => {
    const { command: definition } = await COMMANDS[name]!()
    expect(definition.name).toBe(name)
    expect(commandHelp(definition)).toContain(`Usage  rt ${name}`)
    expect(definition.examples.length).toBeGreaterThan(0)
  })
})

it('every command that takes a data folder finds it by the settings, too', async () => {
  const definitions = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command))
  const withData = definitions.filter(({ flags }) => flags['data'])
  expect(withData.length).toBeGreaterThan(10)
  expect(withData.filter(({ flags }) => !flags['config']).map(({ name }) => name)).toEqual([])
})

describe('output', () => {
  it('shows an error with its hint, and causes only when asked', () => {
    const error = new RtError({
      code: 'model_not_found',
      message: 'no model is called "x".',
      hint: 'Installed: y.',
      cause: new Error('deep'),
    })
    expect(formatError(error)).toBe('error  model_not_found: no model is called "x".\n       Installed: y.\n')
    expect(formatError(error, { debug: true })).toContain('caused by: Error: deep')
  })

  it('colours an error for the stream it is written to, by itself stderr', () => {
    vi.stubEnv('FORCE_COLOR', undefined)
    const error = new RtError({ code: 'not_found', message: 'no.' })
    const on = (isTTY: boolean): NodeJS.WriteStream =>
      Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream
    expect(formatError(error, { stream: on(true) })).toContain('\u001b[31merror')
    expect(formatError(error, { stream: on(false) })).toMatch(/^error/)
    vi.spyOn(process, 'stderr', 'get').mockReturnValue(on(true) as typeof process.stderr)
    vi.spyOn(process, 'stdout', 'get').mockReturnValue(on(false) as typeof process.stdout)
    expect(formatError(error)).toContain('\u001b[31merror')
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  it('strips what would drive the terminal, keeping text and line breaks', () => {
    expect(printable('a\u001b[31mb\u0007\nc\td\u009b')).toBe('ab\nc\td')
  })

  it('writes quantities with units', () => {
    expect([
      bytes(98_362_432),
      bytes(1_117_320_768),
      duration(84.3),
      duration(1400),
      plural(1, 'file'),
      plural(1204, 'chunk'),
    ]).toEqual(['98 MB', '1.1 GB', '84 ms', '1.4 s', '1 file', '1,204 chunks'])
  })
})
