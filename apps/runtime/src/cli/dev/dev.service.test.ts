import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { gone, type RunningCommand, startCommand, temporaryFolder } from '../../__fixtures__/command.ts'

/** `/pid` tells who serves, `/slow` answers when its process is asked to stop, `/stuck` and `/endless` never. */
const APP = `
const stopped = new Promise((resolve) => process.once('SIGTERM', () => setImmediate(resolve)))
export default {
  routes: {
    '/pid': () => new Response(String(process.pid)),
    '/slow': async () => {
      process.stdout.write('asked\\n')
      await stopped
      return new Response('whole')
    },
    '/endless': () => {
      process.stdout.write('endless\\n')
      return new Promise(() => {})
    },
    '/stuck': () => {
      process.stdout.write('stuck\\n')
      for (;;);
    },
  },
}`

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let dev: RunningCommand
let address: string
let server: number
beforeEach(async () => {
  folder = await temporaryFolder()
  const app = join(folder.path, 'app.ts')
  await writeFile(app, APP)
  // Not a hidden folder: it lies in what is watched.
  dev = startCommand(['dev', app, '--port', '0', '--data', join(folder.path, 'data')], { group: true })
  address = (await dev.said(/listening {2}(\S+?)(?:,| )/))[1]!
  server = Number(await (await fetch(`${address}/pid`)).text())
  await dev.said(/ready /)
})
afterEach(async () => {
  for (const pid of [dev.child.pid!, server]) if (isThere(pid)) process.kill(pid, 'SIGKILL')
  await folder[Symbol.asyncDispose]()
})

const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('Ctrl-C of a terminal, which goes to the whole group, lets running answers finish', async () => {
  const answer = fetch(`${address}/slow`).then((response) => response.text())
  await dev.said(/asked/)
  process.kill(-dev.child.pid!, 'SIGINT')
  expect(await answer).toBe('whole')
  expect(await dev.exit).toBe(130)
  expect(isThere(server)).toBe(false)
})

it('the server ends when it is killed, also a server that is stuck', async () => {
  fetch(`${address}/stuck`).catch(() => {})
  await dev.said(/stuck/)
  dev.child.kill('SIGKILL')
  await Promise.all([dev.exit, gone([server])])
})

it('a second Ctrl-C ends both at once', async () => {
  fetch(`${address}/endless`).catch(() => {})
  await dev.said(/endless/)
  dev.child.kill('SIGINT')
  await dev.said(/stopping/)
  dev.child.kill('SIGINT')
  expect(await dev.exit).toBe(130)
  await gone([server])
})

it('what changes in the data folder starts nothing again', async () => {
  await writeFile(join(folder.path, 'other.ts'), 'export {}')
  await dev.said(/starting again[^]*ready /)
  await writeFile(join(folder.path, 'last.ts'), 'export {}')
  await dev.said(/starting again[^]*ready [^]*starting again[^]*ready /)
  expect(dev.stdout().match(/starting again/g)).toHaveLength(2)
})
