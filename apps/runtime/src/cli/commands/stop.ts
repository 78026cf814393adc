import { setTimeout as wait } from 'node:timers/promises'
import { RtError, toRtError } from '@rt/core'
import type { OwnerInfo } from '@rt/node/sqlite'
import { connect } from '@rt/server/client'
import { called } from '../called.ts'
import { type CommandContext, type CommandDefinition, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { findData } from '../find-data.ts'
import { findOwner } from '../find-owner.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { duration } from '../output/units.ts'
import { positiveInteger } from '../positive-integer.ts'
import { WITHOUT_CONFIG } from '../with-data.ts'

const TIMEOUT_S = 30
/** How often we look whether the server is gone: the system tells nobody about a process that is not its child. */
const LOOK_MS = 50

export const command: CommandDefinition = {
  name: 'stop',
  summary: 'Free the memory of a model, or stop the server of this data folder',
  positionals: '[MODEL]',
  max: 1,
  completes: 'installed',
  flags: {
    ...DATA_FLAGS,
    ...JSON_FLAG,
    timeout: { type: 'string', value: 'SECONDS', description: `How long to wait for its end (default ${TIMEOUT_S})` },
  },
  examples: ['rt stop', 'rt stop smollm2:135m', 'rt stop --timeout 120'],
  async run(context) {
    const { args, flags } = context
    const seconds = positiveInteger(command, 'timeout', text(flags['timeout']), TIMEOUT_S)
    const data = await findData(flags)
    const owner = await findOwner(data)
    const report = !owner
      ? { stopped: false, message: `nothing is running (${called} serve starts a server)` }
      : args[0] === undefined
        ? await stopServer(data, owner, { ms: seconds * 1000, signal: context.signal })
        : await stopModel(context, owner, args[0])
    process.stdout.write(flags['json'] ? `${toJson(report)}\n` : ` ${printableLine(report.message)}\n`)
  },
}

// ---

interface Report {
  /** Whether something was running that is not any more. */
  stopped: boolean
  message: string
}

const stopModel = async (context: CommandContext, owner: OwnerInfo, model: string): Promise<Report> => {
  if (!owner.address) throw deaf(owner)
  return withRuntime(context, WITHOUT_CONFIG, async (runtime) => {
    if (await runtime.unload(model, { signal: context.signal }))
      return { stopped: true, message: `${model} is out of memory; its next request loads it again` }
    const loaded = (await runtime.status()).models.map(({ id }) => id)
    const others = loaded.length ? `in memory: ${loaded.join(', ')}` : 'no model is'
    return { stopped: false, message: `${model} is not in memory (${others})` }
  })
}

const stopServer = async (
  data: string,
  owner: OwnerInfo,
  { ms, signal }: { ms: number; signal: AbortSignal },
): Promise<Report> => {
  const { pid, address, token } = owner
  if (!address) throw deaf(owner)
  const began = performance.now()
  const gone = async (): Promise<boolean> => (await findOwner(data))?.token !== token
  await connect({ address, token })
    .shutdown()
    .catch(async (error: unknown) => {
      // It may have ended by itself in this moment.
      if (!(await gone())) throw notAsked(owner, error)
    })
  while (!(await gone())) {
    if (performance.now() - began > ms) throw slow(owner, ms)
    await wait(LOOK_MS, undefined, { signal })
  }
  return { stopped: true, message: `stopped ${address} (process ${pid}) in ${duration(performance.now() - began)}` }
}

const kill = (pid: number): string => (process.platform === 'win32' ? `taskkill /F /PID ${pid}` : `kill ${pid}`)

const deaf = ({ pid }: OwnerInfo): RtError =>
  new RtError({
    code: 'unsupported',
    message: `process ${pid} uses this data folder and does not listen: it cannot be asked to stop.`,
    hint: `End it where it runs, or: ${kill(pid)}`,
    data: { pid },
  })

const notAsked = ({ pid, address }: OwnerInfo, cause: unknown): RtError =>
  new RtError({
    code: toRtError(cause).code,
    message: `process ${pid} at ${address} could not be asked to stop: ${toRtError(cause).message}`,
    hint: `End it with: ${kill(pid)}`,
    cause,
    data: { pid },
  })

const slow = ({ pid }: OwnerInfo, ms: number): RtError =>
  new RtError({
    code: 'timeout',
    message: `process ${pid} was asked to stop and is still there after ${duration(ms)}.`,
    hint: `It may be finishing an answer. Wait longer: ${called} stop --timeout 120, or end it now: ${kill(pid)}`,
    data: { pid },
  })
