#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { userFolder } from '@rt/node/files'

const OLDEST = [22, 18]

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < OLDEST[0]! || (major === OLDEST[0] && minor < OLDEST[1]!)) {
  process.stderr.write(
    `error  unsupported: rt needs Node ${OLDEST.join('.')} or newer, this is ${process.versions.node}.\n       Install a newer Node, or run it with: npx -p node@26 rt …\n`,
  )
  process.exitCode = 1
} else {
  // Before anything else is loaded: what is compiled from here on is kept for the next start.
  enableCompileCache(userFolder('cache', 'rt', 'compile-cache'))
  void import('./main.ts').then(({ main }) => main(process.argv.slice(2)))
}
