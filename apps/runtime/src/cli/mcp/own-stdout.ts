import { Writable } from 'node:stream'

/** Takes standard output for a protocol: what anything else prints from here on (an app's `console.log`) goes to stderr. */
export const ownStdout = (): Writable => {
  const { stdout, stderr } = process
  const write = stdout.write.bind(stdout)
  stdout.write = stderr.write.bind(stderr)
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Uint8Array, _encoding, done) {
      write(chunk, (error) => done(error))
    },
  })
}
