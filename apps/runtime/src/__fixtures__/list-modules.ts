// A preload that prints every module of this process that is not a file of Node itself, to stderr, at the end.
import { registerHooks } from 'node:module'

const loaded = new Set<string>()
registerHooks({
  resolve(specifier, context, next) {
    const result = next(specifier, context)
    loaded.add(result.url)
    return result
  },
})
process.on('exit', () => process.stderr.write(`${[...loaded].join('\n')}\n`))
