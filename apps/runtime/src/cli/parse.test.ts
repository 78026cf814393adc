import { describe, expect, it } from 'vitest'
import type { CommandDefinition } from './command.ts'
import { parseCommand } from './parse.ts'

const command: CommandDefinition = {
  name: 'key',
  summary: 'Try',
  min: 1,
  subcommands: {
    create: { summary: 'Make one', positionals: 'NAME', min: 1, max: 1 },
    list: { summary: 'List them' },
    put: { summary: 'Put it', positionals: 'NAME FILE', min: 2, max: 2 },
  },
  flags: {
    scope: { type: 'string', value: 'SCOPE', values: ['chat', 'admin'], description: 'What it may do' },
    data: { type: 'string', short: 'd', value: 'FOLDER', description: 'Where' },
    system: { type: 'string', value: 'TEXT', empty: true, description: 'Instructions' },
  },
  examples: ['rt key list'],
  run: async () => 0,
}

it('reads a subcommand with its arguments', () => {
  expect(parseCommand(command, ['create', 'ci', '--scope', 'admin'])).toEqual({
    args: ['create', 'ci'],
    flags: expect.objectContaining({ scope: 'admin' }),
  })
})

describe('refuses, with what was meant:', () => {
  it.each([
    [['creat', 'x'], 'rt key has no "creat": there is create, list or put.', 'Did you mean rt key create?'],
    [['zzzzzz'], 'rt key has no "zzzzzz": there is create, list or put.', 'See: rt key --help'],
    [['toString'], 'rt key has no "toString": there is create, list or put.', 'See'],
    [[], 'what to do is missing: create, list or put.', 'See'],
    [['create'], 'NAME is missing.', 'See'],
    [['put'], 'NAME FILE is missing.', 'See'],
    [['put', 'a'], 'FILE is missing.', 'See'],
    [['list', 'all'], '"all" is one argument too many.', 'See'],
    [['list', '--scope', 'admn'], '--scope must be chat or admin, not "admn".', 'Did you mean --scope admin?'],
    [['list', '--data', ''], '--data is empty.', 'variable'],
    [['list', '--data='], '--data is empty.', 'variable'],
    [['list', '--data', ' '], '--data is empty.', 'variable'],
    [['list', '-d', ''], '-d is empty.', 'variable'],
    [['list', '--data', '', '--data', 'x'], '--data is empty.', 'variable'],
    [['list', '--scope', ''], '--scope is empty.', 'variable'],
    [['list', '--data', '--scope'], '--data needs a value, and "--scope" looks like an option.', 'See'],
    [['list', '-d', '-x'], '-d needs a value, and "-x" looks like an option.', 'See'],
    [['list', '--scpe', 'admin'], '--scpe is not an option of rt key.', 'Did you mean --scope?'],
  ])('%j', (argv, message, hint) => {
    expect(() => parseCommand(command, argv)).toThrow(
      expect.objectContaining({ message, hint: expect.stringContaining(hint) }),
    )
  })
})

it('takes an empty value where it means something', () => {
  expect(parseCommand(command, ['list', '--system', '']).flags['system']).toBe('')
})

it('needs no subcommand where none must be named', () => {
  expect(parseCommand({ ...command, min: 0 }, [])).toEqual({ args: [], flags: {} })
})

it('checks nothing but the options when help is asked for', () => {
  expect(parseCommand(command, ['creat', '--help']).flags['help']).toBe(true)
})

it('takes a negative number as a value, so that whoever reads it says what it must be', () => {
  expect(parseCommand(command, ['list', '--data', '-1', '--scope', 'chat']).flags).toEqual({
    data: '-1',
    scope: 'chat',
  })
  expect(parseCommand(command, ['list', '-d', '-1.5']).flags).toEqual({ data: '-1.5' })
})
