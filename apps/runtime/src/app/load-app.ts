import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RtError } from '@rt/core'
import type { App, AppFactory } from './define-app.ts'
import { lendPackages } from './lend-packages.ts'

/**
 * The default export of an app file. Node takes the types out of TypeScript by itself; what it cannot take out (enums,
 * decorators, JSX) is an error here.
 *
 * @throws RtError `not_found` without the file; `config_invalid` when it cannot be loaded or exports no app.
 */
export const loadApp = async (file: string): Promise<App | AppFactory> => {
  const path = resolve(file)
  const name = basename(path)
  if (!existsSync(path))
    throw new RtError({
      code: 'not_found',
      message: `there is no file ${file}.`,
      hint: 'rt init makes an app; rt serve alone serves without one.',
    })
  const module = await load(path, name)
  const app = module['default']
  if (typeof app === 'function' || (typeof app === 'object' && app !== null)) return app
  const names = Object.keys(module)
  throw new RtError({
    code: 'config_invalid',
    message: `${name} has no default export that is an app${names.length ? `; it exports ${names.join(', ')}` : ''}.`,
    hint: `Write: export default defineApp({ tools: [...] })`,
  })
}

const load = async (path: string, name: string): Promise<Record<string, unknown>> => {
  const restore = quietTypeStripping()
  lendPackages()
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>
  } catch (cause) {
    if (RtError.isInstance(cause)) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    throw new RtError({
      code: 'config_invalid',
      message: `${name} could not be loaded${lineOf(cause, path)}: ${message}`,
      hint: hintFor(code, message),
      cause,
    })
  } finally {
    restore()
  }
}

/** ` (line 3)`, where the error says it of this file. */
const lineOf = (cause: unknown, path: string): string => {
  const stack = (cause as Error).stack ?? ''
  const number = [pathToFileURL(path).href, path]
    .map((place) => stack.split(`${place}:`)[1]?.match(/^\d+/)?.[0])
    .find(Boolean)
  return number === undefined ? '' : ` (line ${number})`
}

const hintFor = (code: string | undefined, message: string): string => {
  if (/outside a module|Unexpected token 'export'/.test(message))
    return 'Write "type": "module" into the package.json beside it.'
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' || code === 'ERR_INVALID_TYPESCRIPT_SYNTAX')
    return 'Node only takes types out: write enums, namespaces and parameter properties in plain JavaScript.'
  if (code === 'ERR_MODULE_NOT_FOUND')
    return 'Install the package, or check the path (relative imports end in .ts or .js).'
  return 'See the cause with --debug.'
}

/** Node 22 calls taking types out experimental, once a process: it is how rt is meant to be used. */
const quietTypeStripping = (): (() => void) => {
  const { emitWarning } = process
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (!/type stripping/i.test(String(warning))) Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  return () => void (process.emitWarning = emitWarning)
}
