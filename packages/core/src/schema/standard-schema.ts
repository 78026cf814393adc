import type { JsonSchema } from './json.ts'

/**
 * Standard Schema v1 with the JSON Schema extension (https://standardschema.dev), written out here because core has
 * no dependency. zod 4.2+, valibot (through `@valibot/to-json-schema`) and arktype satisfy it.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
    readonly jsonSchema?: {
      readonly input: (options: { target: string }) => Record<string, unknown>
      readonly output: (options: { target: string }) => Record<string, unknown>
    }
  }
}

export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<StandardIssue> }

export interface StandardIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

export type InferInput<S> = S extends StandardSchema<infer I, unknown> ? I : unknown
export type InferOutput<S> = S extends StandardSchema<unknown, infer O> ? O : unknown

/** A schema with its JSON Schema beside it, for libraries (or hand-written schemas) without `~standard.jsonSchema`. */
export interface SchemaWithJson<Output = unknown> {
  readonly jsonSchema: JsonSchema
  /** Validates; absent: the value is checked against `jsonSchema` by whoever consumes it. */
  readonly validate?: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
}
