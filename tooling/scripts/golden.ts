// Keeps what today's code writes into the data file, for all later code to open. Run it when a release is made whose
// tables differ from those of the last golden, and commit what it writes:
//
//   node --conditions=@rt/source tooling/scripts/golden.ts
//
// apps/runtime/src/golden/__fixtures__/v<n>.sql    the whole file as SQL text, with a few rows in every table
//                                     v<n>.json   what those rows say, read by today's code
//                                     migrations.json   the hash of every migration that is in a golden
//
// golden.test.ts opens each of them from then on. Goldens and hashes are only ever added: a migration that is in
// migrations.json has run on somebody's file, so it is never edited; changes are further migrations at the end.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeGolden, type MigrationHashes } from '../../apps/runtime/src/golden/__fixtures__/make-golden.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDER = join(ROOT, 'apps/runtime/src/golden/__fixtures__')
const HASHES = join(FOLDER, 'migrations.json')

const readHashes = (): MigrationHashes => {
  try {
    return JSON.parse(readFileSync(HASHES, 'utf8')) as MigrationHashes
  } catch {
    return {} // The first golden.
  }
}

/** Places that migrate tables of their own in the data file, in the sources of packages and apps. LanceDB's store has a file beside its data. */
const callers = (): string[] =>
  ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group), { recursive: true, withFileTypes: true })
      .filter(({ name, parentPath }) => {
        const path = join(parentPath, name)
        return (
          /\/src\/.*\.ts$/.test(path) &&
          !/\.test\.ts$|__fixtures__|\/testing\/|node_modules|packages\/node\/|stores\/lancedb\//.test(path)
        )
      })
      .map(({ name, parentPath }) => join(parentPath, name))
      .filter((path) => /\bdatabase\.migrate\(/.test(readFileSync(path, 'utf8'))),
  )

const { sql, reading, migrations } = await makeGolden()
const found = callers()
const namespaces = Object.keys(migrations)
if (found.length !== namespaces.length) {
  console.error(`Tables are made in ${found.length} files, and the golden has those of ${namespaces.length}:`)
  console.error([...found.map((path) => path.slice(ROOT.length)), ...namespaces].map((line) => `  ${line}`).join('\n'))
  console.error('Open what is missing in apps/runtime/src/golden/__fixtures__/open-parts.ts, and fill it.')
  process.exit(1)
}
const released = readHashes()
for (const [namespace, hashes] of Object.entries(released)) {
  const edited = hashes.findIndex((hash, index) => migrations[namespace]?.[index] !== hash)
  if (edited === -1) continue
  console.error(`Migration ${edited + 1} of "${namespace}" was edited after its release; put it back as it was first.`)
  process.exit(1)
}
const isNews = namespaces.some((name) => migrations[name]!.length !== released[name]?.length)
if (!isNews) {
  console.log('The last golden has the tables of today already: nothing to add.')
  process.exit(0)
}
const last = readdirSync(FOLDER).map((name) => Number(/^v(\d+)\.sql$/.exec(name)?.[1] ?? 0))
const name = `v${Math.max(0, ...last) + 1}`
writeFileSync(join(FOLDER, `${name}.sql`), sql)
writeFileSync(join(FOLDER, `${name}.json`), `${JSON.stringify(reading, null, 2)}\n`)
writeFileSync(HASHES, `${JSON.stringify(migrations, null, 2)}\n`)
console.log(`${name}: ${sql.length} characters of SQL, ${namespaces.length} namespaces.`)
