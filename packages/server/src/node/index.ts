// Every line here is public API of @rt/server/node: adding one is a decision.
export { serve } from './serve.ts'
export { toNodeListener } from './to-node-listener.ts'

export type { RunningServer, ServableApp, ServeOptions } from './serve.ts'
