// Reads an answer token by token: through the channel of the engine hosts, or from the same function in this process.
import type { StreamPart } from '@rt/core'
import { createHost, type Host } from '../../packages/inference/src/host/create-host.ts'
import { writeTokens } from './tokens.ts'

const TOKENS = 20_000

const host: Host | undefined =
  process.argv[2] === 'host'
    ? createHost({ name: 'ipc host', entry: { url: new URL('./ipc-host.ts', import.meta.url), execArgv: [] } })
    : undefined

/** Microseconds of processor time, of this process and the host. */
const cpu = async (): Promise<number> => {
  const all = [process.cpuUsage(), ...(host ? [await host.call<NodeJS.CpuUsage>('cpu')] : [])]
  return all.reduce((sum, { user, system }) => sum + user + system, 0)
}

const cpuPerToken: number[] = []
/** Microseconds a token. */
const round = async (): Promise<number> => {
  const before = await cpu()
  const begun = performance.now()
  let seen = 0
  for await (const part of host?.stream<StreamPart>('write', { count: TOKENS }) ?? writeTokens(TOKENS))
    if (part.type === 'text-delta') seen++
  const us = ((performance.now() - begun) * 1000) / TOKENS
  if (seen !== TOKENS) throw new Error(`${seen} of ${TOKENS} tokens arrived`)
  cpuPerToken.push(((await cpu()) - before) / TOKENS)
  return us
}

await round()
cpuPerToken.length = 0
process.on('message', async (what) => process.send!(what === 'cpu' ? cpuPerToken : await round()))
process.on('SIGTERM', async () => {
  await host?.[Symbol.asyncDispose]()
  process.exit()
})
process.send!('ready')
