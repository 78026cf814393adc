import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The file of a package as the program finds it from the working folder. @throws when it is not installed there. */
export const resolveHere = (name: string): string => createRequire(join(process.cwd(), 'noop.js')).resolve(name)
