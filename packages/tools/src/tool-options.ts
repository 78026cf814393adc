import type {
  InferInput,
  InferOutput,
  JsonObject,
  JsonValue,
  Principal,
  PrivacyLabel,
  SchemaWithJson,
  SideEffect,
  StandardSchema,
  Tool,
  ToolContext,
  ToolRetry,
} from '@rt/core'

/** zod 4.2+, arktype, valibot with its adapter, or a JSON Schema. */
export type ToolSchema = StandardSchema | SchemaWithJson

/** What the model writes. */
export type ToolArguments<Schema> = Schema extends StandardSchema ? InferInput<Schema> : JsonObject

/** What a schema makes of it: defaults and conversions have happened. */
export type ToolInput<Schema> = Schema extends StandardSchema
  ? InferOutput<Schema>
  : Schema extends SchemaWithJson<infer Output>
    ? Output
    : never

/** What a tool may return: a value now or later, or an iterable that shows how far it is. */
export type ToolReturn<Schema> = ToolResult<Result<Schema>>

type ToolResult<Value> = Value | Promise<Value> | AsyncIterable<Value, void> | AsyncIterable<unknown, Value>

type Result<Schema> = Schema extends StandardSchema ? InferInput<Schema> : unknown

/** What a tool in a worker knows of its call. It is ended from outside, so it has no signal. */
export interface WorkerContext {
  callId: string
  principal: Principal
  thread?: string
}

/** The default export of a tool's worker module. */
export type ToolWork<Input extends ToolSchema, Output extends ToolSchema = SchemaWithJson> = (
  input: ToolInput<Input>,
  context: WorkerContext,
) => ToolReturn<Output>

interface CommonOptions<Input extends ToolSchema, Output extends ToolSchema> {
  /** What the model calls it: 1-64 letters, digits, `_` or `-`. */
  name: string
  /** When to use it and what comes back: the model reads this. */
  description: string
  /** zod 4, arktype or another Standard Schema with JSON Schema; or `{ jsonSchema, validate? }`. An object at its root. */
  inputSchema: Input
  /** Of what it returns, which is checked: what the schema leaves out, the model does not see. Default: anything. */
  outputSchema?: Output
  /** Arguments of good calls. They stand in the description the model reads. */
  examples?: readonly ToolArguments<NoInfer<Input>>[]
  /** Ceiling of one attempt in milliseconds. Default 30,000. */
  timeoutMs?: number
  /** Only for what may run twice: a tool that is `idempotent`, or whose `sideEffects` are none. Default: one attempt. */
  retry?: ToolRetry
  /** What a call does beyond its answer; `[]` for nothing. Policies go by it. Default: nobody knows, so it never runs twice. */
  sideEffects?: readonly SideEffect[]
  /** Called twice with the same arguments it does no more than called once. Default: when it has no side effects. */
  idempotent?: boolean
  /** What it returns was written by others (a web page, a mailbox): its text may try to steer the model. Default false. */
  untrusted?: boolean
  /** Whether a person is asked before a call. A policy may say otherwise. Default: nobody is. */
  approval?:
    | boolean
    | ((input: ToolInput<NoInfer<Input>>, context: Omit<ToolContext, 'signal'>) => boolean | Promise<boolean>)
  /** Calls of it that run at a time in this process; more wait in order, which counts in no limit of time. Default: all. */
  maxConcurrent?: number
  /** No other call of the step runs beside it. Default false. */
  sequential?: boolean
  /** UTF-8 bytes of its result that the model sees, about; a marker stands for the rest. Default 65,536. */
  maxResultBytes?: number
  /**
   * `local-only`: what it returns, errors included, is for models on this machine, and so is what comes of it. It does
   * not bind the tool: what `execute` sends elsewhere is sent. Default none.
   */
  label?: PrivacyLabel
}

export type ToolOptions<Input extends ToolSchema, Output extends ToolSchema = SchemaWithJson> = CommonOptions<
  Input,
  Output
> &
  (
    | {
        /**
         * The work. Honour `context.signal`. A generator shows what it yields to whoever watches; what it returns is the result,
         * or else its last value. Results are made JSON-safe.
         */
        execute: (input: ToolInput<NoInfer<Input>>, context: ToolContext) => ToolReturn<NoInfer<Output>>
        worker?: never
      }
    | {
        execute?: never
        /**
         * For work that blocks: `new URL('./work.ts', import.meta.url)`, a module whose default export is a `ToolWork`. Each
         * call runs in a worker thread of its own, which is ended on timeout and abort, and takes 256 MB at most.
         */
        worker: URL
      }
  )

/** A tool that knows its types. */
export interface TypedTool<Input, Output> extends Tool {
  parse(args: JsonValue): Promise<Input>
  execute(input: Input, context: ToolContext): Promise<unknown> | AsyncIterable<unknown>
  parseOutput?(output: unknown): Promise<Output>
}
