// Every line here is public API of @rt/server: adding one is a decision. Nothing here needs Node; `./node` does.
export { createApp } from './app.ts'
export { parseRoutes } from './routes/parse-routes.ts'
export { ERROR_TABLE } from './errors/error-table.ts'

export type { App } from './app.ts'
export type { ParsedRoute } from './routes/parse-routes.ts'
export type { AppEnv, AppOptions, ServerPorts } from './app-options.ts'
export type { ErrorBody, NativeErrorBody } from './errors/error-response.ts'
export type { WireError } from './errors/error-table.ts'
export type { Route, RouteContext, RouteHandler } from './routes/route.ts'
export type { IngestLine } from './wires/native/ingest-lines.ts'
export type { RtField } from './wires/openai-chat/answer-report.ts'
export type { WireWarning } from './wires/decode-body.ts'
