// Ingests a folder, says so, and waits to be killed.
import { createRuntime } from '../index.ts'

const [data, folder] = process.argv.slice(2)
const rt = await createRuntime({ data })
const { chunks } = await rt.ingest(folder!)
process.stdout.write(`acknowledged ${chunks}\n`)
setInterval(() => {}, 1000)
