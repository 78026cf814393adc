import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../__fixtures__/command.ts'
import { createRuntime } from '../create-runtime.ts'
import { defineApp } from './define-app.ts'

it('says that an app waits for itself, instead of waiting for ever', async () => {
  await using folder = await temporaryFolder()
  for (const use of ['models', 'generate', 'fetch'] as const) {
    const app = defineApp(async ({ rt }) => {
      if (use === 'models') await rt.models()
      else if (use === 'generate') await rt.generate('hi')
      else if ((await rt.fetch(new Request('http://localhost/v1/models'))).status === 400)
        throw new RangeError('refused')
      return {}
    })
    await expect(createRuntime({ data: join(folder.path, use), embed: false, app })).rejects.toMatchObject(
      use === 'fetch'
        ? { message: expect.stringMatching(/refused|while it is being made/) }
        : { code: 'config_invalid' },
    )
  }
})

it('lets the app use what does not wait for it', async () => {
  await using folder = await temporaryFolder()
  const app = defineApp(async ({ rt }) => {
    await rt.search('anything')
    return { routes: { 'GET /late': async () => Response.json(await rt.models()) } }
  })
  await using rt = await createRuntime({ data: folder.path, embed: false, app })
  expect((await rt.fetch(new Request('http://localhost/late'))).status).toBe(200)
})
