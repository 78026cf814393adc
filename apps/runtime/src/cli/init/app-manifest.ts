/** Checked against what this repository uses in the tests. */
const ZOD = '^4.0.0'
const NODE_TYPES = '^22.18.0'

/** The package.json of a new app, for the version of rt that makes it. */
export const appManifest = ({ name, version }: { name: string; version: string }): string => {
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: { dev: 'rt dev app.ts', start: 'rt serve app.ts', test: 'node --test app.test.ts' },
    dependencies: { '@rt/runtime': version, zod: ZOD },
    devDependencies: { '@types/node': NODE_TYPES },
    engines: { node: '>=22.18' },
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}

/** A name package managers accept, out of a folder's name. */
export const packageName = (folder: string): string =>
  folder
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 100) || 'my-app'
