#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { userFolder } from '@rt/node/files'

// Before anything else is loaded: what it compiles is kept for the next start.
enableCompileCache(userFolder('cache', 'rt', 'compile-cache'))
const { main } = await import('./main.ts')
await main(process.argv.slice(2))
