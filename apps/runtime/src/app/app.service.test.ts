import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { type RunningCommand, startCommand, temporaryFolder } from '../__fixtures__/command.ts'

const GOOD = fileURLToPath(new URL('./__fixtures__/good.ts', import.meta.url))

interface Answer {
  choices: { message: { content: string; tool_calls?: unknown } }[]
  data: { id: string; owned_by: string }[]
  error: { message: string }
}

const json = async (url: string, body?: object): Promise<Answer> =>
  (
    await fetch(
      url,
      body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
    )
  ).json() as Promise<Answer>

/** The address of the n-th server this process has started. */
const address = async (command: RunningCommand, nth = 1): Promise<string> => {
  const line = `listening  (http://\\S+?)(,| )`
  return (await command.said(new RegExp(`(?:${line}[^]*?){${nth}}`)))[1]!
}

it('rt serve app.ts serves its routes, its agents and its tools', async () => {
  await using data = await temporaryFolder()
  const server = startCommand(['serve', GOOD, '--port', '0', '--data', data.path])
  const base = await address(server)
  try {
    expect(await json(`${base}/hello/ada`)).toEqual({ hello: 'ada', data: data.path })
    const models = (await json(`${base}/v1/models`)).data
    expect(models).toContainEqual(expect.objectContaining({ id: 'pirate', owned_by: 'agent' }))

    const messages = [{ role: 'user', content: 'What is the weather in Oslo?' }]
    const answer = await json(`${base}/v1/chat/completions`, {
      model: 'pirate',
      messages,
      tool_choice: 'required',
      max_tokens: 60,
    })
    // The tool is the agent's and runs here: the client sees the answer, no call.
    expect(answer.choices[0]?.message.tool_calls).toBeUndefined()
    expect(answer.choices[0]?.message.content).toMatch(/\S/)
    const plain = await json(`${base}/v1/chat/completions`, {
      messages,
      rt: { tools: ['wether'] },
    })
    expect(plain.error).toMatchObject({ message: expect.stringContaining('no tool "wether"') })
  } finally {
    server.child.kill('SIGTERM')
  }
  expect(await server.exit).toBe(0)
})

it('an app with a mistake ends rt serve with what is wrong', async () => {
  await using folder = await temporaryFolder()
  const app = join(folder.path, 'app.ts')
  await writeFile(app, `export default { tool: [] }`)
  const server = startCommand(['serve', app, '--port', '0', '--data', join(folder.path, 'data')])
  expect(await server.exit).toBe(1)
  expect(server.stderr()).toMatch(/config_invalid: "tool" is not a key of the app/)
})

it('rt dev starts again when a file changes, survives a mistake, and leaves nothing running', async () => {
  await using folder = await temporaryFolder()
  const app = join(folder.path, 'app.ts')
  const write = (route: string): Promise<void> =>
    writeFile(
      app,
      `import { answer } from './answer.ts'\nexport default { routes: { '${route}': () => new Response(answer) } }`,
    )
  await writeFile(join(folder.path, 'answer.ts'), `export const answer: string = 'one'`)
  await write('/here')
  const dev = startCommand(['dev', app, '--port', '0', '--data', join(folder.path, '.rt')])
  try {
    expect(await (await fetch(`${await address(dev)}/here`)).text()).toBe('one')

    await writeFile(join(folder.path, 'answer.ts'), `export const answer: string = 'two'`)
    expect(await (await fetch(`${await address(dev, 2)}/here`)).text()).toBe('two')

    await writeFile(app, `export default { tool: [] }`)
    await dev.said(/exit code 1: change a file to start it again/)
    await write('/there')
    const counted = dev.stdout().match(/listening/g)?.length ?? 0
    expect(await (await fetch(`${await address(dev, counted + 1)}/there`)).text()).toBe('two')
  } finally {
    dev.child.kill('SIGINT')
  }
  expect(await dev.exit).toBe(130)
})
