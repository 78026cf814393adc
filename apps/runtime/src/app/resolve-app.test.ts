import { RtError } from '@rt/core'
import { tool } from '@rt/tools'
import { expect, it } from 'vitest'
import type { Runtime } from '../runtime.ts'
import type { App } from './define-app.ts'
import { resolveApp } from './resolve-app.ts'

const make = (name: string) =>
  tool({ name, description: name, inputSchema: { jsonSchema: { type: 'object' } }, execute: async () => name })
const rt = {} as Runtime
const resolve = (app: unknown, more: { allow?: string[]; tools?: ReturnType<typeof make>[] } = {}) =>
  resolveApp(app as App, { tools: more.tools ?? [], allow: more.allow, rt })

it('gives an agent all tools unless it names some', async () => {
  const { agents, tools } = await resolve({
    tools: [make('a'), make('b')],
    agents: { all: {}, one: { tools: ['b'] }, own: { tools: [make('c')] } },
  })
  const namesOf = (name: string) => agents.get(name)?.tools.map((one) => one.name)
  expect(tools.map(({ name }) => name)).toEqual(['a', 'b'])
  expect([namesOf('all'), namesOf('one'), namesOf('own')]).toEqual([['a', 'b'], ['b'], ['c']])
})

it('makes an app that is a function with the runtime', async () => {
  const { routes } = await resolve(async ({ rt: given }: { rt: Runtime }) => ({
    routes: given === rt ? { '/here': () => new Response() } : {},
  }))
  expect(Object.keys(routes)).toEqual(['/here'])
})

it('keeps to the tools that are allowed', async () => {
  const { tools, agents } = await resolve({ tools: [make('a'), make('b')], agents: { x: {} } }, { allow: ['b'] })
  expect(tools.map(({ name }) => name)).toEqual(['b'])
  expect(agents.get('x')?.tools.map(({ name }) => name)).toEqual(['b'])
})

it.each([
  ['an unknown key', { tool: [] }, /"tool" is not a key of the app/, /Did you mean "tools"/],
  ['an unknown key of an agent', { agents: { x: { systm: '' } } }, /"systm" is not a key of the agent "x"/, /"system"/],
  ['a tool that is none', { tools: [{ name: 'x' }] }, /tool 1 of tools is no tool/, /tool\(\{/],
  ['two tools of one name', { tools: [make('a'), make('a')] }, /two tools are called "a"/, /name of its own/],
  ['an unknown tool', { tools: [make('weather')], agents: { x: { tools: ['wether'] } } }, /"wether"/, /"weather"/],
  ['a route that is none', { routes: { 'GET hello': () => new Response() } }, /"GET hello"/, /GET \/hello/],
  ['two tools of one agent', { agents: { x: { tools: [make('a'), make('a')] } } }, /two tools are called "a"/, /own/],
  ['a name that cannot be typed', { agents: { 'a b': {} } }, /"a b" is no name for an agent/, /letters/],
])('says what is wrong: %s', async (_case, app, message, hint) => {
  const error = await resolve(app).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(RtError.isInstance(error) && error).toMatchObject({
    code: 'config_invalid',
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  })
})

it.each([
  ['by name', ['b']],
  ['given to the agent itself', [make('hidden')]],
])('refuses an agent a tool that is not allowed, %s', async (_case, tools) => {
  const app = { tools: [make('a'), make('b')], agents: { x: { tools } } }
  await expect(resolve(app, { allow: ['a'] })).rejects.toMatchObject({
    message: expect.stringMatching(/the agent "x" uses the tool "(b|hidden)", which \[tools\] allow leaves out/),
  })
})

it('names a tool of [tools] allow that does not exist', async () => {
  await expect(resolve({ tools: [make('now')] }, { allow: ['nwo'] })).rejects.toThrow(
    /\[tools\] allow names the tool "nwo"/,
  )
})
