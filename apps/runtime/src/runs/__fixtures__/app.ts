import { appendFile } from 'node:fs/promises'
import { type App, defineApp, tool } from '@rt/runtime'
import { z } from 'zod'

/** Each call is a line of the file that the environment names. */
const note = (line: string): Promise<void> => appendFile(process.env['RT_TEST_CALLS']!, `${line}\n`)

const inputSchema = z.object({ path: z.string() })

const app: App = defineApp({
  tools: [
    tool({
      name: 'remove',
      description: 'Removes a file',
      inputSchema,
      sideEffects: ['destructive'],
      approval: true,
      execute: async ({ path }) => {
        await note(`removed ${path}`)
        return { removed: path }
      },
    }),
    tool({
      name: 'send',
      description: 'Sends a file, which takes for ever the first time',
      inputSchema,
      sideEffects: ['network'],
      execute: async ({ path }) => {
        await note(`sending ${path}`)
        return new Promise<string>(() => {})
      },
      timeoutMs: 600_000,
    }),
    tool({
      name: 'look',
      description: 'Looks at a file, which takes for ever the first time',
      inputSchema,
      sideEffects: [],
      execute: async ({ path }) => {
        await note(`looking ${path}`)
        return process.env['RT_TEST_HANG'] ? new Promise<string>(() => {}) : 'empty'
      },
      timeoutMs: 600_000,
    }),
  ],
})

export default app
