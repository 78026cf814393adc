import type { CallOptions, JudgedCall, ToolPolicy, ToolVerdict } from '@rt/core'
import { readRules, type ToolRules } from './tool-rules.ts'

export interface ToolPolicyOptions {
  /** What the operator wants. Default: none. */
  rules?: ToolRules | undefined
}

/**
 * What may run without a person. A rule comes first; without one:
 *
 * | the tool | nothing of others was read | something of others was read |
 * |---|---|---|
 * | has no side effects | as it says | as it says |
 * | reaches the network, or writes | as it says | ask |
 * | destroys | ask | ask |
 * | says nothing, and is the program's own | as it says | as it says |
 * | says nothing, and comes from elsewhere (MCP) | ask | ask |
 *
 * "As it says" is its own `approval`, by default that nobody is asked.
 *
 * @throws RtError `invalid_request` for a rule that is none.
 */
export const createToolPolicy = ({ rules = {} }: ToolPolicyOptions = {}): ToolPolicy => {
  const find = readRules(rules)
  return {
    async judge(call, options) {
      const { tool } = call
      const rule = find(tool)
      if (rule?.verdict === 'allow') return { type: 'allow' }
      if (rule) {
        const { key, verdict } = rule
        const reason = `the rule "${key}" ${verdict === 'deny' ? 'forbids it' : `asks a person before ${tool.name} runs`}`
        return { type: verdict, reason }
      }
      return byItsEffects(call) ?? (await asItSays(call, options))
    },
  }
}

/** What is asked whatever the tool says of itself. */
const byItsEffects = ({ tool: { name, origin, sideEffects }, tainted }: JudgedCall): ToolVerdict | undefined => {
  if (!sideEffects) {
    if (origin === undefined) return undefined
    return { type: 'ask', reason: `${name} of ${origin} does not say that it only reads` }
  }
  if (sideEffects.includes('destructive'))
    return { type: 'ask', reason: `what ${name} does may not be possible to undo` }
  if (!tainted || !sideEffects.length) return undefined
  const does = sideEffects.includes('write') ? 'changes something' : 'sends something to another machine'
  return { type: 'ask', reason: `${name} ${does}, and text of others was read, which may have told the model to` }
}

const asItSays = async (
  { id, tool: { name, approval = false }, input, principal, thread }: JudgedCall,
  options: CallOptions = {},
): Promise<ToolVerdict> => {
  const { span } = options
  const context = { callId: id, principal, ...(span && { span }), ...(thread !== undefined && { thread }) }
  const asks = typeof approval === 'function' ? await approval(input, context) : approval
  return asks ? { type: 'ask', reason: `${name} asks a person before it runs` } : { type: 'allow' }
}
