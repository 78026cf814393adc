// Before publishing, in CI: writes the repository into every manifest. Provenance is refused without it, and the address is
// known only where the workflow runs, so it is not written down here.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { published } from './pack-check/pack-all.ts'
import { ROOT } from './pack-check/root.ts'

const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: name } = process.env
if (!server || !name) {
  console.error('error  GITHUB_SERVER_URL and GITHUB_REPOSITORY are not set: publish from the release workflow.')
  process.exit(1)
}

const url = `${server}/${name}`
for (const folder of published()) {
  const file = join(folder, 'package.json')
  const directory = relative(ROOT, folder).replaceAll('\\', '/')
  const manifest = {
    ...(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>),
    repository: { type: 'git', url: `git+${url}.git`, directory },
    homepage: `${url}/tree/main/${directory}#readme`,
    bugs: { url: `${url}/issues` },
  }
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
  console.log(`${directory}: ${url}`)
}
