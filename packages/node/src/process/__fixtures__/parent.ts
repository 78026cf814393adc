// Starts a supervised child and prints its id. `end`: has nothing more to do. Else it stays until it is killed.
import { superviseChild } from '../supervise-child.ts'

const [mode] = process.argv.slice(2)
const child = superviseChild({
  name: 'test',
  entry: { url: new URL('./child.ts', import.meta.url), execArgv: ['--conditions=@rt/source'] },
})
await child.start()
const echoed = new Promise<void>((resolve) => child.onMessage(() => resolve()))
child.send('hello')
child.ref()
await echoed
child.unref()
if (mode === 'stuck') child.send('stuck')
console.log(child.pid)
if (mode !== 'end') setInterval(() => {}, 1000)
