/** JSON for a program or a person; in one line with `indent` 0. JSON.stringify leaves DEL and the C1 controls as they are, and a terminal obeys them. */
export const toJson = (value: unknown, indent = 2): string =>
  (JSON.stringify(value, null, indent) ?? 'null').replace(
    // oxlint-disable-next-line no-control-regex
    /[\u007f-\u009f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
