import { type JudgedCall, LOCAL, type Tool } from '@rt/core'
import { describe, expect, test } from 'vitest'
import { createToolPolicy } from './create-tool-policy.ts'
import type { ToolRules } from './tool-rules.ts'

const judge = (more: Partial<Tool>, { tainted = false, rules = {} }: { tainted?: boolean; rules?: ToolRules } = {}) => {
  const tool: Tool = {
    name: 'thing',
    description: '',
    parameters: {},
    timeoutMs: 1,
    parse: async (args) => args,
    execute: async () => null,
    ...more,
  }
  const call: JudgedCall = { id: 'c', tool, arguments: { a: 1 }, input: { a: 1 }, principal: LOCAL, tainted }
  return createToolPolicy({ rules }).judge(call)
}

describe('without a rule', () => {
  test.each([
    // effects, origin, approval, untainted, tainted
    [[], undefined, undefined, 'allow', 'allow'],
    [[], undefined, true, 'ask', 'ask'],
    [[], 'mcp:files', undefined, 'allow', 'allow'],
    [['network'], undefined, undefined, 'allow', 'ask'],
    [['network'], undefined, true, 'ask', 'ask'],
    [['write'], undefined, false, 'allow', 'ask'],
    [['write'], 'mcp:files', undefined, 'allow', 'ask'],
    [['destructive'], undefined, false, 'ask', 'ask'],
    [['network', 'destructive'], undefined, undefined, 'ask', 'ask'],
    [undefined, undefined, undefined, 'allow', 'allow'],
    [undefined, undefined, true, 'ask', 'ask'],
    [undefined, 'mcp:files', undefined, 'ask', 'ask'],
    [undefined, 'mcp:files', false, 'ask', 'ask'],
  ] as const)('effects %j, origin %s, approval %s: %s, and %s once others were read', async (...row) => {
    const [sideEffects, origin, approval, clean, tainted] = row
    const tool = {
      ...(sideEffects && { sideEffects }),
      ...(origin && { origin }),
      ...(approval !== undefined && { approval }),
    }
    expect((await judge(tool)).type).toBe(clean)
    expect((await judge(tool, { tainted: true })).type).toBe(tainted)
  })

  test('what the tool says may depend on what it is asked', async () => {
    const approval: Tool['approval'] = (input) => (input as { a: number }).a === 1
    expect(await judge({ approval })).toEqual({ type: 'ask', reason: 'thing asks a person before it runs' })
    expect(await judge({ approval: () => false })).toEqual({ type: 'allow' })
  })
})

describe('rules', () => {
  test.each([
    [{ thing: 'allow' }, { sideEffects: ['destructive'] }, 'allow'],
    [{ thing: 'deny' }, { sideEffects: [] }, 'deny'],
    [{ thing: 'ask' }, { sideEffects: [] }, 'ask'],
    [{ other: 'deny' }, {}, 'allow'],
    [{ 'thi*': 'deny' }, {}, 'deny'],
    [{ '*ing': 'deny' }, {}, 'deny'],
    [{ 't*i*g': 'deny' }, {}, 'deny'],
    [{ 't*x*g': 'deny' }, {}, 'allow'],
    [{ 'thing*thing': 'deny' }, {}, 'allow'],
    [{ 'thin*ing': 'deny' }, {}, 'allow'],
    [{ '*': 'deny', thing: 'allow' }, {}, 'allow'],
    [{ thing: 'allow', '*': 'deny' }, {}, 'allow'],
    [{ 't*': 'deny', 'th*': 'allow' }, {}, 'allow'],
    [{ 't*g': 'allow', 'th*': 'deny' }, {}, 'deny'],
    [{ 'mcp:files': 'deny' }, {}, 'allow'],
    [{ 'mcp:files': 'deny' }, { origin: 'mcp:files', sideEffects: [] }, 'deny'],
    [{ 'mcp:*': 'deny' }, { origin: 'mcp:files', sideEffects: [] }, 'deny'],
    [{ 'mcp:*': 'deny', 'mcp:files': 'allow' }, { origin: 'mcp:files' }, 'allow'],
    [{ 'mcp:files': 'deny', '*': 'allow' }, { origin: 'mcp:files' }, 'allow'],
    [{ 'mcp:files': 'allow' }, { origin: 'mcp:files-2' }, 'ask'],
    [{ 'effect:network': 'deny' }, { sideEffects: ['network'] }, 'deny'],
    [{ 'effect:network': 'allow', 'effect:write': 'deny' }, { sideEffects: ['network', 'write'] }, 'deny'],
    [{ 'effect:network': 'deny', 'effect:write': 'allow' }, { sideEffects: ['write', 'network'] }, 'deny'],
    [{ 'effect:none': 'ask' }, { sideEffects: [] }, 'ask'],
    [{ 'effect:none': 'ask' }, {}, 'allow'],
    [{ 'effect:unknown': 'deny' }, {}, 'deny'],
    [{ 'effect:network': 'deny', 'mcp:files': 'allow' }, { origin: 'mcp:files', sideEffects: ['network'] }, 'allow'],
  ] as [ToolRules, Partial<Tool>, string][])('%j for %j: %s', async (rules, tool, verdict) => {
    expect((await judge(tool, { rules })).type).toBe(verdict)
  })

  test('say which one it was', async () => {
    expect(await judge({}, { rules: { 'th*': 'deny' } })).toEqual({ type: 'deny', reason: 'the rule "th*" forbids it' })
  })

  test.each([
    { thing: 'yes' },
    { 'effect:fun': 'ask' },
    { 'two words': 'ask' },
    { '': 'ask' },
    { 'mcp:': 'ask' },
    { 'Mcp:x': 'ask' },
  ])('%j is refused', (rules) => {
    expect(() => createToolPolicy({ rules: rules as unknown as ToolRules })).toThrow(/rule|side effect|neither/)
  })
})
