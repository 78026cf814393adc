import { RtError } from '@rt/core'
import type OpenAI from 'openai'
import type { Connection } from './connection.ts'
import { createTransport } from './transport.ts'

/** The SDK's client for all that is no stream, made at the first call of that kind. It reads nothing of its environment and retries nothing. */
export const createClientLoader = (connection: Connection): (() => Promise<OpenAI>) => {
  let client: Promise<OpenAI> | undefined
  return () => (client ??= load(connection))
}

const load = async (connection: Connection): Promise<OpenAI> => {
  const { OpenAI } = await import('openai').catch((cause: unknown) => {
    throw new RtError({
      code: 'unsupported',
      message: `${connection.id} needs the package openai, which is not installed.`,
      hint: 'Install it: npm install openai',
      cause,
    })
  })
  return new OpenAI({
    baseURL: connection.baseURL,
    // The transport sends the real one.
    apiKey: 'unused',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
    // The transport's own limit comes first.
    timeout: connection.timeoutMs + 60_000,
    fetch: createTransport(connection),
  })
}
