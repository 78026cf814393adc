// oxlint-disable no-restricted-imports -- a user's program, which imports this package by its name
import type { Chat, EmbeddingsPort, HealthPort, ModelsPort } from '@rt/core'
import { createApp } from '@rt/server'
import { serve } from '@rt/server/node'

declare const ports: Chat & EmbeddingsPort & ModelsPort & HealthPort // a Runtime of @rt/runtime is all four

const app = createApp(ports, { allowedOrigins: ['http://localhost:5173'] })
const response = await app.fetch(new Request('http://localhost/health')) // mount it anywhere
const server = await serve(app, { port: 4141, fallback: true }) // or listen with Node
console.log(server.address, response.status)
process.once('SIGTERM', () => void server.close({ drainMs: 10_000 }))
