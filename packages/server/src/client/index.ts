// Every line here is public API of @rt/server/client: adding one is a decision. It imports @rt/core and nothing heavy.
export { connect } from './connect.ts'

export type { Client, ConnectOptions } from './connect.ts'
