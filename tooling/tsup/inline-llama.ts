import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

const INSIDE = /[\\/]node_modules[\\/]node-llama-cpp[\\/]/
const OWN = 'inline-llama'
const ABSENT = 'absent-from-host'
/** The module that imports the packages of binaries. */
const LOADER = 'bindings/utils/compileLLamaCpp.js'
/** Reads the metadata of a file. */
const PARSER = 'gguf/parser/GgufV2Parser.js'
/** Estimates what a model and a context will take. */
const INSIGHTS = 'gguf/insights/GgufInsights.js'

/** Needed only to download models, to build llama.cpp and to draw progress bars: a host does none of it. */
const UNUSED = /^(?:async-retry|chmodrp|cross-spawn|ipull|ora|proper-lockfile|simple-git|stdout-update)$/

/**
 * Puts the JavaScript of node-llama-cpp into a bundle, so that a published package need not depend on it: it would bring
 * 344 MB of compressed CUDA and Vulkan binaries along. What stays outside are the `@node-llama-cpp/<platform>` packages
 * with the binaries. Bundled as it is, node-llama-cpp hangs (a circular import with a top-level await), reads
 * files beside itself and does not find those packages: the few modules that do so are replaced. A release that moves
 * one of them fails the build.
 */
export const inlineLlama = (): Plugin => ({
  name: 'inline-llama',
  setup(build) {
    const replaced = new Set<string>()
    let modules: Record<string, string> = {}

    build.onResolve({ filter: /./ }, async ({ path, kind, importer, namespace, resolveDir, pluginData }) => {
      if (pluginData === OWN) return undefined
      if (path === OWN) return { path, namespace: OWN }
      if (kind !== 'import-statement' || (path !== 'node-llama-cpp' && !INSIDE.test(importer))) return undefined
      if (UNUSED.test(path)) return { path, namespace: ABSENT }
      const found = await build.resolve(path, { kind, importer, namespace, resolveDir, pluginData: OWN })
      if (path === 'node-llama-cpp') modules = replacements(found.path)
      // Its package.json does not say so, but no module is imported for its side effects: what is not used can go.
      return found.external || found.errors.length > 0 ? found : { path: found.path, sideEffects: false }
    })
    build.onLoad({ filter: INSIDE }, ({ path }) => {
      const name = Object.keys(modules).find((file) =>
        path.replaceAll('\\', '/').endsWith(`/node-llama-cpp/dist/${file}`),
      )
      if (name === undefined) return undefined
      replaced.add(name)
      return { contents: modules[name]!, loader: 'js', resolveDir: dirname(path) }
    })
    build.onLoad({ filter: /./, namespace: OWN }, () => ({ contents: FIND_BINARIES, loader: 'js' }))
    build.onLoad({ filter: /./, namespace: ABSENT }, ({ path }) => ({ contents: absent(path), loader: 'js' }))
    build.onEnd(() => {
      const missing = Object.keys(modules).filter((name) => !replaced.has(name) || modules[name] === '')
      if (missing.length === 0) return undefined
      return { errors: [{ text: `node-llama-cpp has another ${missing.join(', ')} now: adapt inline-llama.ts.` }] }
    })
  },
})

/** Modules of node-llama-cpp's `dist` that cannot be bundled as they are. */
const replacements = (entry: string): Record<string, string> => {
  const root = join(dirname(entry), '..')
  const read = (file: string): Record<string, string> =>
    JSON.parse(readFileSync(join(root, file), 'utf8')) as Record<string, string>
  const source = (file: string): string => readFileSync(join(root, 'dist', file), 'utf8')
  const release = JSON.stringify(read('llama/binariesGithubRelease.json')['release'])
  return {
    // The only top-level await, and a file that is not there.
    'bindings/utils/binariesGithubRelease.js': `
      export const builtinLlamaCppRelease = ${release}
      export const defaultLlamaCppRelease = ${release}
      export const getBinariesGithubRelease = async () => ${release}`,
    'utils/getModuleVersion.js': `export const getModuleVersion = async () => ${JSON.stringify(read('package.json')['version'])}`,
    // A trial of the binary in a process of its own, 0.45 s: the host is such a process.
    'bindings/utils/testBindingBinary.js': 'export const testBindingBinary = async () => true',
    // No llama.cpp is cloned or built below a published package.
    'bindings/utils/cloneLlamaCppRepo.js': `
      const refuse = async () => { throw new Error('llama.cpp is not built here.') }
      export const cloneLlamaCppRepo = refuse
      export const ensureLlamaCppRepoIsCloned = refuse
      export const getClonedLlamaCppRepoReleaseInfo = async () => null
      export const isLlamaCppRepoCloned = async () => false`,
    'utils/waitForLockfileRelease.js': 'export const waitForLockfileRelease = async () => {}',
    [LOADER]: findBinaries(source(LOADER)),
    [PARSER]: skipLists(source(PARSER)),
    [INSIGHTS]: skipSimulation(source(INSIGHTS)),
  }
}

/**
 * A package of binaries is looked for from the bundle, then from @rt/inference, whose optional dependency it is. The folder
 * a program was started in is not asked: native code of a cloned repository must not run because `rt` was typed there.
 */
const FIND_BINARIES = `
  import { createRequire } from 'node:module'
  import { pathToFileURL } from 'node:url'
  const own = createRequire(import.meta.url)
  export const importBinaries = async (name) => {
    for (const from of [() => own, () => createRequire(own.resolve('@rt/inference/package.json'))]) {
      let path
      try {
        path = from().resolve(name)
      } catch {
        continue
      }
      return await import(pathToFileURL(path).href)
    }
    return undefined
  }`

const findBinaries = (source: string): string => {
  const found = source.replaceAll(/import\((?="@node-llama-cpp\/)/g, 'importBinaries(')
  return found === source ? '' : `import { importBinaries } from '${OWN}'\n${found}`
}

/** Of a vocabulary only the length is asked; reading 98,000 texts one by one takes 0.1 s. */
const SKIP_LISTS = `
  const BYTES = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 }
  const isLong = (type, length) => length > 1024n && (type === 8 || BYTES[type] !== undefined)
  const skipList = async (reader, at, type, length) => {
    const count = Number(length)
    if (type !== 8) at.moveBy(count * BYTES[type])
    else
      for (let i = 0; i < count; i++) {
        if (at.offset + 8 >= reader._buffer.length) await reader.ensureHasByteRange(at, 8)
        at.moveBy(8 + Number(reader._buffer.readBigUInt64LE(at.offset)))
      }
    return new Array(count)
  }`

const skipLists = (source: string): string => {
  const found = changed(
    source,
    '([arrayType, arrayLength]) => {',
    'if (isLong(arrayType, arrayLength)) return skipList(this._fileReader, readOffset, arrayType, arrayLength)',
  )
  return found && `${SKIP_LISTS}\n${found}`
}

/** Before a model is loaded, and before a context, the binding loads its vocabulary once more to try how much they take. */
const skipSimulation = (source: string): string => changed(source, 'async _resolveSimulatorSource() {', 'return null')

/** Puts `more` behind `where`; empty when that is not there: the build fails then. */
const changed = (source: string, where: string, more: string): string =>
  source.includes(where) ? source.replace(where, `${where}\n${more}\n`) : ''

/** Says so when it is touched after all. */
const absent = (name: string): string => `
  module.exports = Object.create(new Proxy({}, {
    get(_, key) {
      if (typeof key === 'symbol' || key === '__esModule' || key === 'default' || key === 'then') return undefined
      throw new Error('${name} is not part of this bundle.')
    },
  }))`
