import type { Operations } from '@rt/core'
import type { Hono } from 'hono'
import type { AppSettings } from '../../app-options.ts'
import { type AppContext, type HonoEnv } from '../../middleware/app-context.ts'
import { readJson } from '../../middleware/read-json.ts'
import { decodeBody } from '../decode-body.ts'
import type * as schemas from './schema.ts'

/** What each group of native routes is handed. */
export interface NativeContext {
  app: Hono<HonoEnv>
  operations: Operations
  settings: AppSettings
}

type Schemas = typeof schemas
type Read<Name extends keyof Schemas> = ReturnType<Schemas[Name]['parse']>

/** The body of a request, checked. Schemas are loaded here: zod is heavy, and a server should listen first. */
export const readBody = async <Name extends keyof Schemas>(
  c: AppContext,
  settings: AppSettings,
  name: Name,
): Promise<Read<Name>> => check(name, await readJson(c.req.raw, settings))

/** The parameters after `?`, checked. */
export const readQuery = <Name extends keyof Schemas>(c: AppContext, name: Name): Promise<Read<Name>> =>
  check(name, c.req.query())

const check = async <Name extends keyof Schemas>(
  name: Name,
  value: Parameters<typeof decodeBody>[1],
): Promise<Read<Name>> => {
  const loaded = await import('./schema.ts')
  return decodeBody<Read<Name>>(loaded[name] as never, value)
}
