/** Codes of a connection that was there, and broke. */
const BROKEN = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']

/**
 * What happened to a connection, as message and hint of an error.
 *
 * @param server who, and where: `anthropic (127.0.0.1:8080)`.
 * @param reason the code of the failure, or its words.
 */
export const connectionFailure = (server: string, reason: string): { message: string; hint: string } => {
  const why = reason ? ` (${reason})` : ''
  return BROKEN.includes(reason)
    ? { message: `the connection to ${server} broke${why}.`, hint: 'Ask again: nothing was wrong with the request.' }
    : {
        message: `${server} could not be reached${why}.`,
        hint: 'Is the address right, does the server run, and is there a way to it?',
      }
}
