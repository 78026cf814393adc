import { readFileSync } from 'node:fs'

/** Set by the build (tsup.config.ts); from source the manifest is read. */
declare const RT_VERSION: string | undefined

const fromManifest = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version

/** Version of @rt/runtime. */
export const version: string = typeof RT_VERSION === 'string' ? RT_VERSION : fromManifest()
