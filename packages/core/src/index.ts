// Every line here is public API of @rt/core: adding one is a decision.

// Conversation
export { checkLabel } from './message/check-label.ts'
export { createMessage, messageText } from './message/create-message.ts'
export { collect, createMessageBuilder } from './message/collect.ts'
export { isTerminal } from './message/stream-part.ts'
export { failureOf, toTerminal } from './message/terminal.ts'
export { addUsage, emptyUsage, inputTokens, totalTokens } from './message/usage.ts'
export type {
  CitationPart,
  FilePart,
  Message,
  Part,
  PrivacyLabel,
  ProviderData,
  ReasoningPart,
  Role,
  TextPart,
  ToolCallPart,
  ToolResultPart,
} from './message/message.ts'
export type { Generation, MessageBuilder } from './message/collect.ts'
export type { FinishReason, StreamPart, TokenChance, TokenLogprob, TerminalPart } from './message/stream-part.ts'
export type { Timings, Usage } from './message/usage.ts'

// Models
export { LOCAL } from './model/call-options.ts'
export type { CallOptions, Principal } from './model/call-options.ts'
export type {
  LanguageModel,
  ModelCapabilities,
  ModelRequest,
  OutputFormat,
  Prompt,
  Reasoning,
  DrySampling,
  Sampling,
  TokenBias,
  XtcSampling,
  ToolChoice,
  ToolSpec,
} from './model/language-model.ts'
export type { EmbeddingModel, Embeddings, EmbedOptions } from './model/embedding-model.ts'
export type { Reranker, RerankResult } from './model/reranker.ts'
export type { LabelScore, TextClassifier } from './model/text-classifier.ts'
export type { AnswerGuard, Guard } from './model/guard.ts'
export type { Provider } from './model/provider.ts'
export type { Router } from './model/router.ts'
export { splitModelId } from './model/split-model-id.ts'

// Stores, threads, tools
export type {
  CollectionInfo,
  CollectionOptions,
  CollectionStamp,
  IndexInfo,
  MetadataUpdate,
  Metric,
  Migrating,
  ScrollOptions,
  ScrollPage,
  Tokenizer,
  VectorCapabilities,
  VectorCollection,
  VectorRecord,
  VectorStore,
} from './store/vector-store.ts'
export type { DatetimeRange, FilterCondition, VectorFilter } from './store/vector-filter.ts'
export type {
  HitExplanation,
  RawScores,
  ScorePart,
  SearchMode,
  VectorHit,
  VectorQuery,
  WordMatch,
} from './store/vector-query.ts'
export { recordFromJson, recordToJson, vectorFromJson, vectorToBase64 } from './store/record-json.ts'
export type { RecordJson } from './store/record-json.ts'
export type { KeyValue } from './store/key-value.ts'
export type { Fact, FactSource, FactStore } from './thread/fact-store.ts'
export type { ThreadInfo, ThreadStore } from './thread/thread-store.ts'
export type {
  AssembledContext,
  AssembleRequest,
  ContextAssembler,
  ContextReport,
  RetrievedChunk,
  TrimmedItem,
} from './thread/context.ts'
export type { CallDecision, RunInfo, RunOperations, RunOptions } from './port/runs.ts'
export type { LoopState, PendingCall, RunChange, RunRecord, RunStatus, RunStore } from './thread/run-store.ts'
export type { StepStore, WorkflowRecord, WorkflowStatus } from './thread/step-store.ts'
export type { SideEffect, Tool, ToolContext, ToolRetry } from './tool/tool.ts'
export type { Approval, ApprovalRequest, Approver, JudgedCall, ToolPolicy, ToolVerdict } from './tool/tool-policy.ts'
export type { RunLimits } from './tool/run-limits.ts'
export type { ToolSelection, ToolSelector } from './tool/tool-selector.ts'

// Knowledge
export type { DocumentInfo, FileOutcome, IngestOptions, IngestProgress, IngestReport } from './knowledge/ingest.ts'

// Ports a server is given
export type {
  Chat,
  ChatRequest,
  EmbeddingsPort,
  HealthPort,
  HealthReport,
  ModelEntry,
  ModelsPort,
  RankingOptions,
  RankingPort,
} from './port/ports.ts'
export type { Budget, BudgetRequest, Reservation } from './port/budget.ts'
export type { Identity, KeyInfo, KeyScope, KeysPort } from './port/keys.ts'
export type { McpPort, ServedAgent, ServedCall, ServedCallOptions, ServedOutcome, ServedTool } from './port/mcp.ts'
export type {
  CollectionOperations,
  CollectionQuery,
  CreateCollectionOptions,
  MigrateCollectionOptions,
  MigrateProgress,
  MigrateReport,
  MoveOptions,
  MoveProgress,
  MoveReport,
  RecordsOptions,
  StorePlace,
} from './port/collections.ts'
export type {
  ForgetOptions,
  LoadedModel,
  MemoryStatus,
  Operations,
  RerankOptions,
  RuntimeStatus,
  SearchOptions,
  TurnRequest,
} from './port/operations.ts'

// Schemas
export { toJsonSchema } from './schema/to-json-schema.ts'
export type { JsonObject, JsonSchema, JsonValue } from './schema/json.ts'
export type {
  InferInput,
  InferOutput,
  SchemaWithJson,
  StandardIssue,
  StandardResult,
  StandardSchema,
} from './schema/standard-schema.ts'

// Text
export { formatBytes } from './text/format-bytes.ts'
export { isLoopbackHost } from './text/is-loopback-host.ts'

// Errors
export { ERROR_CODES } from './errors/codes.ts'
export { nearestNames } from './errors/nearest-names.ts'
export { deserializeError, RtError, toRtError } from './errors/rt-error.ts'
export type { ErrorCode } from './errors/codes.ts'
export type { RtErrorOptions, SerializedRtError } from './errors/rt-error.ts'

// Telemetry
export { noopSpan, noopTelemetry } from './telemetry/noop.ts'
export { withSpan } from './telemetry/with-span.ts'
export type { Attributes, AttributeValue, Span, Telemetry } from './telemetry/telemetry.ts'
export type { CostRow, Trace, TraceCost, TraceEvent, TraceSpan, TraceSummary } from './telemetry/trace.ts'

// Lifecycle
export { createId, createSecretId } from './lifecycle/create-id.ts'
export { abortable, throwIfAborted, withTimeout } from './lifecycle/abort.ts'
export { openScope } from './lifecycle/scope.ts'
export { abortError, systemClock } from './lifecycle/clock.ts'
export { disposeAll } from './lifecycle/dispose.ts'
export type { Clock } from './lifecycle/clock.ts'
