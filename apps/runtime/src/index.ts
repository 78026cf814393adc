// Every line here is public API of @rt/runtime: adding one is a decision.
export { createRuntime } from './create-runtime.ts'
export { defineApp } from './app/define-app.ts'
export { tool, workflow } from '@rt/tools'
export type { RuleVerdict, ToolRules } from '@rt/tools'
export { collect, createMessage, messageText, RtError } from '@rt/core'
export { formatTrace } from './format-trace.ts'

export type { Runtime, RuntimeOptions, ServeOptions, Thread, TurnOptions, WorkflowOptions } from './runtime.ts'
export type { LimitsSettings, ProviderSettings, RouterSettings, ToolSelectSettings } from './config/settings.ts'
export type { Agent, App, AppFactory } from './app/define-app.ts'
export type {
  ApprovalRequest,
  Approver,
  CitationPart,
  CollectionInfo,
  CostRow,
  DocumentInfo,
  Generation,
  IngestOptions,
  IngestReport,
  KeyInfo,
  KeyScope,
  Message,
  Provider,
  RetrievedChunk,
  RunInfo,
  RuntimeStatus,
  SearchOptions,
  StreamPart,
  ThreadInfo,
  Tool,
  ToolChoice,
  Trace,
  TraceSummary,
  Usage,
} from '@rt/core'
export type { Route } from '@rt/server'
export type { RunningServer } from '@rt/server/node'
