/** Any value JSON can carry. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  [key: string]: JsonValue
}

/** A JSON Schema (draft 2020-12 or draft-07). Kept open on purpose: consumers decide which keywords they support. */
export interface JsonSchema {
  [keyword: string]: unknown
}
