import { finished } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { RtError, systemClock, throwIfAborted, type Tool } from '@rt/core'
import { startProcessTree } from '@rt/node/process'
import { tool } from '../../tool.ts'
import { openRoots, type Roots } from '../files/open-roots.ts'
import { objectSchema } from '../object-schema.ts'
import { wrongArgument } from '../wrong-argument.ts'
import { createCappedText } from './capped-text.ts'

export interface ShellToolOptions {
  /** Folders it may start in, by the name under which the model knows them. It is not kept inside of them. */
  roots: Roots
  /** Variables of this process that a command sees, by name. Default: none but PATH, LANG, LC_ALL, TZ and TMPDIR. */
  env?: readonly string[]
  /** Ceiling of one command in milliseconds: then all it started is killed. Default 60,000. */
  timeoutMs?: number
}

const PASSED = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']
/** Without them Windows starts nothing. */
const PASSED_ON_WINDOWS = ['SystemRoot', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP']
/** For the pipes of a process that escaped its group. */
const DRAIN_MS = 1000

/**
 * Runs a command as this user, who may do what they may: give it to a model only where every command is looked at by a
 * person, or in a machine that holds nothing else.
 */
export const createShellTool = ({ roots, env = [], timeoutMs = 60_000 }: ShellToolOptions): Tool => {
  const opened = openRoots(roots)
  const [first] = opened.names
  if (first === undefined)
    throw new RtError({
      code: 'invalid_request',
      message: 'the shell has no folder to start in.',
      hint: "Give it one: roots: { work: './work' }.",
    })
  return {
    ...tool({
      name: 'shell',
      description: `Runs a command line (${process.platform === 'win32' ? 'cmd' : 'sh'}) and returns what it prints. It cannot answer questions. Folders: ${opened.names.join(', ')}.`,
      inputSchema: objectSchema<{ command: string; folder?: string }>(
        {
          command: { type: 'string', minLength: 1, maxLength: 8192, description: 'Such as "ls -l"' },
          folder: { type: 'string', description: `Where it runs. Default: ${first}` },
        },
        ['command'],
      ),
      timeoutMs,
      execute: async ({ command, folder = first }, { signal }) => {
        if (command.includes('\0')) throw wrongArgument('the command has a NUL character in it.')
        const { path: cwd } = await opened.find(folder)
        throwIfAborted(signal)
        const [program, ...args] = shellOf(command)
        const tree = startProcessTree({ command: program!, args, cwd, env: environment(env) })
        const over = new AbortController()
        signal.addEventListener('abort', tree.kill, { once: true })
        try {
          tree.stdin.end()
          const printed = [tree.stdout, tree.stderr].map(collect)
          const { code, signal: killedBy, cause } = await tree.ended
          throwIfAborted(signal)
          if (cause !== undefined)
            throw new RtError({ code: 'tool_failed', message: 'the shell could not be started.', cause })
          await Promise.race([
            Promise.all(printed.map(({ ended }) => ended)),
            systemClock.sleep(DRAIN_MS, over.signal).catch(() => {}),
          ])
          const [stdout = '', stderr = ''] = printed.map(({ text }) => text())
          return { exit_code: code, ...(killedBy && { signal: killedBy }), stdout, ...(stderr && { stderr }) }
        } finally {
          over.abort()
          signal.removeEventListener('abort', tree.kill)
          tree.kill()
          tree.stdout.destroy()
          tree.stderr.destroy()
        }
      },
    }),
    sideEffects: ['network', 'write', 'destructive'],
    untrusted: true,
    approval: true,
    sequential: true,
  }
}

const shellOf = (command: string): string[] =>
  process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', command] : ['/bin/sh', '-c', command]

const environment = (names: readonly string[]): Record<string, string> => {
  const passed = [...PASSED, ...(process.platform === 'win32' ? PASSED_ON_WINDOWS : []), ...names]
  return Object.fromEntries(
    passed.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

const collect = (stream: Readable): { text: () => string; ended: Promise<unknown> } => {
  const capped = createCappedText()
  stream.on('data', (piece: Buffer) => capped.add(piece))
  return { text: capped.text, ended: finished(stream).catch(() => {}) }
}
