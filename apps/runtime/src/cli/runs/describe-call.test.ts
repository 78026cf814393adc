import { expect, it } from 'vitest'
import { describeCall } from './describe-call.ts'

const described = (args: string, name = 'shell'): string =>
  describeCall({ name, arguments: { command: args }, reason: 'asks' })

it('shows the tool, all of its arguments and why it asks', () => {
  expect(described('rm -r "ä" 👍')).toBe('shell {"command":"rm -r \\"ä\\" 👍"}\n(asks)')
})

it.each([
  ['moves the cursor', 'ls\u001b[2K\u001b[1Grm -r /'],
  ['sets a title', 'ls\u001b]0;x\u0007'],
  ['is a C1 control', 'ls\u009b2K'],
  ['begins a line', 'ls\r\nrm'],
  ['turns the direction of text', 'ls \u202e/ r- mr\u202c'],
  ['takes no room', 'l\u200bs\u2060\ufeff'],
  ['is a tag', 'ls \u{e0041}'],
  ['is half a character', 'ls \ud800'],
])('shows as an escape what %s', (_, args) => {
  const shown = described(args, args)
  expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u)
  expect(shown.split('\n')).toHaveLength(2)
  expect(shown).toContain('\\u')
})

it('says how much it leaves out', () => {
  expect(described('x'.repeat(5000))).toContain('… and 1014 more characters')
})
