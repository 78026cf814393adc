// Imported into the process of the parser: tells what it could reach.
process.on('message', ([, message]: [string, unknown]) => {
  if (message !== 'probe') return
  const { fetch, WebSocket, EventSource } = globalThis as Record<string, unknown>
  process.send!(['message', { reach: [fetch, WebSocket, EventSource], env: Object.keys(process.env) }])
})
