// Reads the pairs that `write-for-ever` writes, as a reader beside it, until its input ends: every look must see whole
// pairs only, and never fewer than the look before. Prints `reading` after the first, and what it saw at the end.
import { openDatabase } from '../open-database.ts'

await using database = await openDatabase({ path: process.argv[2]!, readOnly: true })
let [looks, rows, wrong, told] = [0, 0, 0, false]
process.stdin.on('end', () => (told = true)).resume()
while (!told) {
  const found = await database.get<{ rows: number; halves: number; last: number }>(
    'SELECT count(*) AS rows, sum(half) AS halves, coalesce(max(n), 0) AS last FROM pair',
  )
  const isWhole = found!.rows === 2 * found!.last && (found!.halves ?? 0) === 3 * found!.last
  if (!isWhole || found!.rows < rows) wrong++
  rows = found!.rows
  if (++looks === 1) console.log('reading')
}
console.log(JSON.stringify({ looks, rows, wrong }))
