// A supervised child that does what it is told.
import { serveChild } from '../serve-child.ts'

if (process.env['FAIL_AT_START']) {
  console.error('no such engine')
  process.exit(3)
}
const { send, ready } = serveChild({
  onMessage: (message) => {
    if (message === 'crash') process.exit(7)
    if (message === 'stuck') for (;;);
    send({ echo: message })
  },
  onStop: () => {
    if (process.env['NEVER_STOP']) return new Promise(() => {})
    send('stopping')
  },
})
ready()
