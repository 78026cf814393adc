// Fetches the models the tests need, once, with plain lines of progress: a test that starts a download looks like a hang.
import { createCatalog } from '../../packages/inference/src/catalog/index.ts'

const MODELS = ['smollm2:135m', 'bge-small-en-v1.5']

const catalog = createCatalog()
for (const name of MODELS) {
  const present = await catalog.locate(name)
  if (!present) console.log(`${name}: not here yet, fetching into ${catalog.folder}`)
  await catalog.ensure(name, {})
  console.log(`${name}: ok`)
}
