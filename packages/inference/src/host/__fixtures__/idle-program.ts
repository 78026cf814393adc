// Uses a host and ends without closing it.
import { entryUrl } from '@rt/node/worker'
import { createHost } from '../create-host.ts'

const host = createHost({ name: 'test engine', entry: entryUrl(import.meta.url, './test-host.ts', 'test-host.js') })
process.channel?.unref()
await host.call('count', { to: 3 })
console.log(await host.call<string>('echo', 'answered'))
