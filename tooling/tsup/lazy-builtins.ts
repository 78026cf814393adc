import { builtinModules } from 'node:module'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const NAMESPACE = 'lazy-builtin'
const BUILTINS = new Set([...builtinModules.map((name) => name.replace(/^node:/, '')), 'sqlite'])

/**
 * Loads Node's own modules when something of theirs is first used, and through `process.getBuiltinModule`. An `import`
 * loads them at the start, and reads every export, lazy getters included: that of `node:http` alone brings in all of
 * undici, 25 ms of a start of 90.
 */
export const lazyBuiltins = (): Plugin => ({
  name: NAMESPACE,
  setup(build) {
    build.onResolve({ filter: /^[a-z0-9_/:]+$/ }, ({ path, kind }) => {
      if (kind !== 'import-statement' || !BUILTINS.has(path.replace(/^node:/, ''))) return undefined
      return { path: path.replace(/^(?!node:)/, 'node:'), namespace: NAMESPACE }
    })
    // esbuild copies the exports of a CommonJS module onto an object with the same prototype: there the lookup waits.
    build.onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
      contents: `module.exports = Object.create(new Proxy({}, {
        get: (_, name) => process.getBuiltinModule(${JSON.stringify(path)})[name],
        has: (_, name) => name in process.getBuiltinModule(${JSON.stringify(path)}),
      }))`,
      loader: 'js',
    }))
  },
})
