import { type Guard, LOCAL, RtError, type StreamPart, type Tool, type ToolPolicy } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { tool } from '../tool.ts'
import { callTool, type CallToolOptions } from './call-tool.ts'

const runs: unknown[] = []
const pay = tool({
  name: 'pay',
  description: 'Pays.',
  inputSchema: z.object({ euros: z.number() }),
  execute: (input) => {
    runs.push(input)
    return { paid: input.euros }
  },
})

const call = async (options: Partial<CallToolOptions> & { tool?: Tool } = {}): Promise<StreamPart> => {
  const parts: StreamPart[] = []
  for await (const part of callTool({ tool: pay, arguments: { euros: 5 }, principal: LOCAL, ...options }))
    parts.push(part)
  return parts.at(-1)!
}

const asks: ToolPolicy = { judge: () => ({ type: 'ask', reason: 'money' }) }

describe('callTool', () => {
  it('runs a call and gives its result', async () => {
    expect(await call()).toMatchObject({ type: 'tool-result', result: { paid: 5 } })
  })

  it('takes wrong arguments back as a typed error', async () => {
    expect(await call({ arguments: { euros: 'five' } })).toMatchObject({
      isError: true,
      result: { error: { code: 'tool_arguments' } },
    })
  })

  it('asks the policy, as a call whose author may have been told to make it', async () => {
    const seen: boolean[] = []
    const policy: ToolPolicy = {
      judge: ({ tainted }) => (seen.push(tainted), { type: 'deny', reason: 'not today' }),
    }
    runs.length = 0
    expect(await call({ policy })).toMatchObject({ isError: true, result: { error: { code: 'forbidden' } } })
    expect(seen).toEqual([true])
    expect(runs).toEqual([])
  })

  it('refuses what needs a person where nobody can be asked', async () => {
    expect(await call({ policy: asks })).toMatchObject({ result: { error: { code: 'approval_required' } } })
  })

  it('waits for a person, whose decision holds for the same call and principal only', async () => {
    runs.length = 0
    const asked = await call({ policy: asks, canWait: true })
    expect(asked).toMatchObject({ type: 'approval-request', name: 'pay', reason: 'money' })
    const { hash } = asked as Extract<StreamPart, { type: 'approval-request' }>
    const decision = { approved: true, hash }
    const others: Partial<CallToolOptions>[] = [{ arguments: { euros: 500 } }, { principal: 'key_2' }]
    for (const other of others)
      expect(await call({ policy: asks, canWait: true, decision, ...other })).toMatchObject({
        type: 'approval-request',
      })
    expect(runs).toEqual([])
    expect(await call({ policy: asks, canWait: true, decision })).toMatchObject({ result: { paid: 5 } })
    expect(await call({ policy: asks, canWait: true, decision: { ...decision, approved: false } })).toMatchObject({
      result: { error: { code: 'approval_denied' } },
    })
  })

  it('puts guards before and after', async () => {
    const guard: Guard = {
      beforeTool: async () => ({ euros: 1 }),
      afterTool: async (_name, result) => {
        if ((result as { paid: number }).paid > 0) throw new RtError({ code: 'guard_blocked', message: 'hidden.' })
        return result
      },
    }
    runs.length = 0
    expect(await call({ guard })).toMatchObject({ result: { error: { code: 'guard_blocked' } } })
    expect(runs).toEqual([{ euros: 1 }])
  })
})
