import { RtError } from '@rt/core'
import { loadConfig } from '../../../config/load-config.ts'
import type { VectorSettings } from '../../../config/settings.ts'
import { withoutLogins } from '../../../config/shown.ts'
import { isElsewhere } from '../../../vectors/place.ts'
import type { Check, CheckContext, Finding } from '../check.ts'
import { findPackage, type FoundPackage } from '../find-package.ts'
import { vectorFault } from '../vector-fault.ts'

export const vectors: Check = {
  section: 'data',
  name: 'vectors',
  async run(context) {
    const settings = await readSettings(context)
    if (RtError.isInstance(settings)) return wrongSettings(settings)
    const [store, ...others] = vectorFindings(settings, (name) => findPackage(name))
    const fault = store.state === 'ok' ? await vectorFault(settings, context) : undefined
    return [
      fault ? { ...store, state: 'red', detail: `${store.detail}: ${fault.why}`, fix: fault.fix } : store,
      ...others,
    ]
  },
}

/** Not those that hold where they are wrong: no store would be opened by them. */
const readSettings = async ({ config, env }: CheckContext): Promise<VectorSettings | RtError> => {
  try {
    return (await loadConfig({}, { config, env, ask: async () => false })).settings.vector
  } catch (error) {
    if (RtError.isInstance(error)) return error
    throw error
  }
}

const wrongSettings = ({ message, hint }: RtError): Finding => ({
  name: 'vectors',
  state: 'red',
  detail: `not known: ${message}`,
  fix: hint?.split('\n').join(' ') ?? 'See what is said of config',
})

type Find = (name: string) => FoundPackage | undefined

/** What each store needs beside rt. */
const PACKAGES: Record<NonNullable<VectorSettings['store']>, string[]> = {
  sqlite: [],
  lancedb: ['@lancedb/lancedb', 'apache-arrow'],
  pgvector: ['pg'],
  qdrant: ['@qdrant/js-client-rest'],
}

/** Where vectors are kept and what may search them. No package is loaded and nobody asked for it. */
export const vectorFindings = (settings: VectorSettings, find: Find): [store: Finding, ...Finding[]] => [
  storeFinding(settings, find),
  ...(settings.store === 'sqlite' ? [usearchFinding(settings, find), hnswFinding(settings, find)] : []),
  othersFinding(settings, find),
]

const storeFinding = ({ store = 'sqlite', url }: VectorSettings, find: Find): Finding => {
  const name = 'vectors'
  const missing = PACKAGES[store].filter((one) => !find(one))
  const place =
    store === 'sqlite' ? 'in rt.db of the data folder' : withoutLogins(url ?? 'folder lancedb of the data folder')
  const where = isElsewhere({ store, ...(url !== undefined && { url }) }) ? ', not on this machine' : ''
  const detail = `${store}, ${place}${where}`
  if (!missing.length) return { name, state: 'ok', detail }
  return {
    name,
    state: 'red',
    detail: `${detail}: ${missing.join(' and ')} is not installed`,
    fix: `npm install ${PACKAGES[store].join(' ')}`,
  }
}

/** Native code for this system, without which a package is of no use. */
const usearchFinding = ({ index }: VectorSettings, find: Find): Finding => {
  const name = 'index usearch'
  const found = find('usearch')
  const binary = [`prebuilds/${process.platform}-${process.arch}`, 'prebuilds/darwin-arm64+x64', 'build/Release']
    .filter((folder) => folder !== 'prebuilds/darwin-arm64+x64' || process.platform === 'darwin')
    .some((folder) => found?.has(folder))
  if (found && binary) return { name, state: 'ok', detail: `yes, ${found.version}` }
  const why = found ? `no binary for ${process.platform} ${process.arch}` : 'not installed'
  return {
    name,
    state: 'warning',
    detail: `no: ${why}; large collections are ${index === 'hnsw' ? 'searched by hnsw' : 'compared vector by vector'}`,
    fix: 'npm install usearch, or the other index: npm install hnswlib-node',
  }
}

const hnswFinding = ({ index, collections = {} }: VectorSettings, find: Find): Finding => {
  const name = 'index hnsw'
  const found = find('hnswlib-node')
  if (found?.has('build/Release/addon.node')) return { name, state: 'ok', detail: `yes, ${found.version}` }
  const wanted = index === 'hnsw' || Object.values(collections).some((options) => options.index === 'hnsw')
  const detail = `no: ${found ? 'installed and not compiled' : 'not installed'}${wanted ? ', and the settings name it' : ''}`
  const fix = found
    ? 'npm rebuild hnswlib-node (it needs Python, make and a C++ compiler)'
    : 'npm install hnswlib-node (it is compiled: it needs Python, make and a C++ compiler)'
  return wanted
    ? { name, state: 'warning', detail, fix }
    : { name, state: 'ok', detail: `${detail} (${fix.split(' (')[0]})` }
}

const othersFinding = ({ store = 'sqlite' }: VectorSettings, find: Find): Finding => {
  const others = Object.entries(PACKAGES).filter(([name, packages]) => name !== store && packages.length)
  return {
    name: 'other stores',
    state: 'ok',
    detail: others
      .map(([name, packages]) => {
        const [first = ''] = packages
        return packages.every((one) => find(one))
          ? `${name} (${first} ${find(first)!.version})`
          : `${name} no (npm install ${packages.join(' ')})`
      })
      .join(', '),
  }
}
