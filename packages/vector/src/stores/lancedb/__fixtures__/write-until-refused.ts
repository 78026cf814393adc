// Run by processes.service.test.ts with a limit on the size of files: writes larger and larger batches until one is refused, and
// says what is there.
import { openLancedbStore } from '../store.ts'

const [path] = process.argv.slice(2)
await using store = await openLancedbStore({ path: path! }, { keepVersionsMs: 0 })
const collection = await store.collection('growing')
const acknowledged: string[] = []
let refused: unknown
for (let batch = 0; !refused; batch++) {
  const ids = Array.from({ length: 60 + 2 * batch }, (_, index) => `${batch}-${index}`)
  // Numbers that cannot be made shorter: the file grows by the same each time, until only its end is too much.
  const records = ids.map((id, index) => ({
    id,
    vector: Float32Array.from({ length: 512 }, (_, place) => Math.sin(place * (index + 1) + batch + 1)),
  }))
  await collection.upsert(records).then(
    () => acknowledged.push(...ids),
    (error: unknown) => (refused = error),
  )
}
await store.idle()
const there = await collection.get(acknowledged)
const { code } = refused as { code: string }
process.stdout.write(
  JSON.stringify({ code, acknowledged: acknowledged.length, there: there.length, count: await collection.count() }),
)
