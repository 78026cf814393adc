// Loads the settings of the working folder and prints which packages and files of ours that took.
import { registerHooks } from 'node:module'

const loaded: string[] = []
registerHooks({
  load(url, context, next) {
    loaded.push(url)
    return next(url, context)
  },
})
const { loadConfig } = await import('../load-config.ts')
await loadConfig()
process.stdout.write(`${loaded.map((url) => url.replace(/^.*\/node_modules\//, '')).join('\n')}\n`)
