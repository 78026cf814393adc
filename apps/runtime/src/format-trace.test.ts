import { join } from 'node:path'
import { createMessage, emptyUsage, type ErrorCode, LOCAL, type Message, RtError, type Usage } from '@rt/core'
import { createScriptedModel, type ScriptedAnswer } from '@rt/core/testing'
import {
  createBudget,
  createMemoryKeyValue,
  createResponseCache,
  createRoute,
  type Leg,
  type RouteOptions,
} from '@rt/inference/router'
import { createContextAssembler } from '@rt/memory'
import { openDatabase } from '@rt/node/sqlite'
import { createCostCalculator, createTelemetry } from '@rt/observe'
import { createSqliteExporter, createTraceReader } from '@rt/observe/sqlite'
import { runLoop } from '@rt/tools'
import { expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { formatTrace } from './format-trace.ts'

const fail = (code: ErrorCode, text = ''): ScriptedAnswer => ({
  parts: [
    { type: 'text-delta', text },
    ...(text ? [{ type: 'usage' as const, usage: { ...emptyUsage(), input: 1000 } }] : []),
    { type: 'error', error: new RtError({ code, message: `it said ${code}.` }).toJSON() },
  ],
})
const say = (text: string, usage: Partial<Usage>): ScriptedAnswer => ({
  parts: [
    { type: 'text-delta', text },
    { type: 'finish', finishReason: 'stop', usage: { ...emptyUsage(), ...usage } },
  ],
})
const leg = (id: string, answers: ScriptedAnswer[], more: Partial<Leg> = {}): Leg => ({
  model: createScriptedModel({ id, answers, capabilities: { local: !id.includes('/'), contextTokens: 8000 } }),
  ...(more as object),
})
const price = createCostCalculator()

/** Asks a route as the runtime does, and prints the last trace as `rt trace` does, without its times. */
const ask = async (
  options: Omit<RouteOptions, 'id'>,
  messages: Message[] = [createMessage('user', 'Hello')],
  times = 1,
): Promise<string> => {
  await using folder = await temporaryFolder()
  await using database = await openDatabase({ path: join(folder.path, 'rt.db') })
  await using telemetry = createTelemetry({ exporters: [await createSqliteExporter({ database })] })
  const model = createRoute({ id: 'chat', random: () => 0, ...options })
  const assembler = createContextAssembler()
  for (let time = 0; time < times; time++) {
    const span = telemetry.span('request')
    const sampling = { temperature: 0 }
    let failure: unknown
    for await (const part of runLoop({ model, messages, assembler, principal: LOCAL, sampling }, { span }))
      if (part.type === 'error') failure = RtError.isInstance(part.error) ? part.error : new RtError(part.error)
    span.end(failure)
  }
  await telemetry.flush()
  const text = formatTrace((await createTraceReader({ database }).last())!)
  return text
    .split('\n')
    .slice(1)
    .filter((line) => !/ of [\d,]+ tokens|trimmed:/.test(line))
    .map((line) => line.replace(/ +[\d,]+ ms$/, '').trimEnd())
    .join('\n')
    .replace(/\d+\.\d s local/, 'N s local')
}

it('explains retries, a fallback and the prompt cache in the words of the tree', async () => {
  const legs = [
    leg('qwen3:1.7b', [fail('overloaded')]),
    leg('anthropic/claude-sonnet-4-5', [
      fail('rate_limited'),
      say('Hi', { input: 12, cacheRead: 3200, cacheWrite: 800, output: 22 }),
    ]),
  ]
  expect(await ask({ legs, retry: { attempts: 2 } })).toMatchInlineSnapshot(`
    " request
     └─ chat chat                     prefill 12 (3,200 cached, 800 written) · decode 22
        │  0.0043 USD
        │  route qwen3:1.7b retry 1 after busy (busy) -> anthropic/claude-sonnet-4-5 retry 1 after 429
        ├─ route qwen3:1.7b           overloaded · it said overloaded.
        ├─ route qwen3:1.7b           attempt 2 · overloaded · it said overloaded.
        ├─ route anthropic/claude-sonnet-4-5  rate_limited · it said rate_limited.
        └─ route anthropic/claude-sonnet-4-5  attempt 2 · answered
     tokens 4,012 in (3,200 cached, 800 written) · 22 out
     cost 0.0043 USD cloud · N s local"
  `)
})

it('bills a leg that died in its answer at its own price', async () => {
  const legs = [
    leg('anthropic/claude-sonnet-4-5', [fail('provider_error', 'Once upon')]),
    leg('smollm2:135m', [say(' a time', { input: 20, output: 2 })], { continues: true }),
  ]
  expect(await ask({ legs, retry: { attempts: 1 } })).toMatchInlineSnapshot(`
    " request
     └─ chat chat                     prefill 1,020 · decode 5 · 0.0030 USD
        │  route anthropic/claude-sonnet-4-5 (provider_error in mid-answer) -> smollm2:135m, continued
        │  once in mid-answer
        ├─ route anthropic/claude-sonnet-4-5  provider_error · it said provider_error.
        └─ route smollm2:135m         answered
     tokens 1,020 in · 5 out
     cost 0.0030 USD cloud · N s local"
  `)
})

it('says what a kept answer saved, and that no price is known', async () => {
  const cache = createResponseCache({ store: createMemoryKeyValue() })
  const legs = [leg('work/big', [say('Hi', { input: 1000, output: 200 })])]
  expect(await ask({ legs, cache }, undefined, 2)).toMatchInlineSnapshot(`
    " request
     └─ chat chat                     response cache · saved 1,200 tokens
           route chat answered from the cache
     tokens 0 in · 0 out
     cost 0.00 USD cloud · N s local"
  `)
  expect(await ask({ legs })).toMatchInlineSnapshot(`
    " request
     └─ chat chat                     prefill 1,000 · decode 200 · price unknown
        │  route work/big
        └─ route work/big             answered
     tokens 1,000 in · 200 out
     cost unknown (no price for work/big) · N s local"
  `)
})

it('shows a refusal of the budget and one of local-only data with code and message', async () => {
  const budget = createBudget({ limits: [{ per: 'all', usd: 0.01 }], store: createMemoryKeyValue() })
  const legs = [leg('anthropic/claude-sonnet-4-5', [say('Hi', { input: 1, output: 1 })])]
  expect(await ask({ legs, budget, price })).toMatchInlineSnapshot(`
    " request                          budget_exceeded
     │  the budget is $0.01 a day, $0 of it are spent or set aside, and a call of
     │  'anthropic/claude-sonnet-4-5' takes up to $0.061443.
     └─ chat chat                     budget_exceeded
        │  route anthropic/claude-sonnet-4-5 (budget_exceeded)
        └─ route anthropic/claude-sonnet-4-5  budget_exceeded
     tokens 0 in · 0 out
     cost 0.00 USD cloud · N s local"
  `)
  const secret: Message = { ...createMessage('user', 'My salary is 1'), label: 'local-only' }
  const refused = await ask({ legs }, [secret])
  expect(refused).toMatchInlineSnapshot(`
    " request                          local_only
     │  no model of 'chat' may answer. anthropic/claude-sonnet-4-5: it is not on this machine, and
     │  local-only is message 1 (user)
     └─ context.assemble              local_only
           route anthropic/claude-sonnet-4-5 (local-only data)
     tokens 0 in · 0 out
     cost 0.00 USD cloud · N s local"
  `)
  expect(refused).not.toContain('salary')
})

it('lets no name of a model drive the terminal', async () => {
  const text = await ask({ legs: [leg('work/\u001B[2Jevil\u009B1A', [say('Hi', { input: 1, output: 1 })])] })
  // oxlint-disable-next-line no-control-regex
  expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001F\u0080-\u009F]/)
})
