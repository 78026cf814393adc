import { describe, expect, it } from 'vitest'
import type { CommandDefinition } from './command.ts'
import { COMMANDS } from './commands.ts'
import { GROUPS } from './groups.ts'
import { MORE_COMMANDS } from './more-commands.ts'
import { commandHelp, mainHelp, usageLine } from './help.ts'

const command: CommandDefinition = {
  name: 'key',
  summary: 'Make, list and revoke the keys that clients of a server on the network send',
  min: 1,
  subcommands: {
    create: { summary: 'Make a key', positionals: 'NAME', min: 1, max: 1 },
    list: { summary: 'List the keys' },
  },
  flags: {
    scope: { type: 'string', value: 'SCOPE', values: ['chat', 'admin'], description: 'What the key may do' },
    names: { type: 'boolean', hidden: true, description: 'For programs' },
  },
  examples: ['rt key create ci --scope chat'],
  run: async () => 0,
}

it('lists every command once, under a heading', async () => {
  const listed = Object.values(GROUPS).flat()
  expect(listed.toSorted()).toEqual(['serve', ...Object.keys(MORE_COMMANDS)].toSorted())
  expect(listed.toSorted()).toEqual([...new Set(listed)].toSorted())
  const help = await mainHelp(100)
  for (const name of Object.keys(COMMANDS)) expect(help).toMatch(new RegExp(`^  ${name} +\\S`, 'm'))
})

describe('of a command', () => {
  it('lists its subcommands, its options with their values, and examples', () => {
    const help = commandHelp(command, 100)
    expect(help).toContain('Usage  rt key create | list [OPTIONS]')
    expect(help).toMatch(/^ {2}create NAME {2}Make a key$/m)
    expect(help).toContain('--scope SCOPE  What the key may do: chat, admin')
    expect(help).toContain('rt key create ci --scope chat')
    expect(help).not.toContain('--names')
  })

  it('says when no subcommand is needed', () => {
    expect(usageLine({ ...command, min: 0 })).toBe('key [create | list] [OPTIONS]')
  })

  it.each([60, 44])('fits %i columns', (width) => {
    const prose = commandHelp(command, width).split('Examples')[0]!
    for (const line of prose.split('\n')) expect(line.length, line).toBeLessThanOrEqual(width)
    expect(prose.replaceAll(/\s+/g, ' ')).toContain(command.summary)
  })
})
