/** Where a declaration begins and what it declares; tried on one line, the name is the first group that matched. */
export type DeclarationPattern = RegExp

const WORDS = String.raw`(?:export|default|declare|pub(?:\([^)]*\))?|public|private|protected|internal|open|final|abstract|static|async|sealed|partial|override|virtual|inline|unsafe|extern|const|data|suspend|readonly|get|set|local)\s+`
const KINDS = String.raw`(?:function\*?|class|interface|enum|struct|trait|impl(?:<[^>]*>)?|def|fn|func|fun|module|mod|namespace|object|protocol|extension|record|union|package|macro_rules!|message|service|type)`

/** `class Name`, `export async function name`, `func (r *T) Name`, `impl<T> Name`: most languages. */
const KEYWORD: DeclarationPattern = new RegExp(
  String.raw`^\s*(?:${WORDS}){0,5}${KINDS}\s+(?:\([^)]*\)\s*)?([\p{L}\p{N}_$.]+)`,
  'u',
)
/** `const name =`, `let name: T =`, `static NAME`. */
const BINDING: DeclarationPattern =
  /^(?:export\s+|pub\s+|default\s+)*(?:const|let|var|val|static)\s+(?:mut\s+)?([\p{L}\p{N}_$]+)/u
/** `int main(int argc` and its like, which do not end in a semicolon. */
const SIGNATURE: DeclarationPattern = /^[A-Za-z_][\w\s*&:<>,]{0,120}?\b([\w$~]+)\s*\([^;]*$/
/** A method: `name(arguments) {` with modifiers and type before it. */
const METHOD: DeclarationPattern = /^\s+(?:[\w<>[\],.?*&]+\s+){0,6}#?([\p{L}\p{N}_$]+)\s*\([^;]*\)[^;=]*\{\s*$/u
const SHELL: DeclarationPattern = /^(?:function\s+)?([\w:-]+)\s*\(\s*\)\s*\{?/
const SQL: DeclarationPattern =
  /^\s*(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:\w+\s+){0,3}?(?:table|view|index|function|procedure|trigger|type|schema)\s+(?:if\s+(?:not\s+)?exists\s+)?["`[]?([\w.]+)/i
const STYLE: DeclarationPattern = /^([^\s{}@/*][^{}]{0,80}?|@[\w-]+[^{}]{0,80}?)\s*\{/
const SECTION: DeclarationPattern = /^\[{1,2}\s*([^\]\s]{1,100})\s*\]{1,2}/
const KEY: DeclarationPattern = /^["']?([\w.-]{1,100})["']?\s*:(?:\s|$)/
const ELEMENT: DeclarationPattern = /^<(template|script|style)\b/

/** Words that look like the name of a method. */
const CONTROL = /^(?:if|for|while|switch|catch|else|do|return|with|using|lock|try|foreach|when|match|elif|unless)$/

const GENERAL = [KEYWORD, BINDING]
const PATTERNS: { [ending: string]: DeclarationPattern[] } = {
  ...same('.c .h .cpp .cc .hpp .java .cs .dart', [KEYWORD, SIGNATURE]),
  ...same('.sh .bash .zsh', [SHELL]),
  ...same('.css .scss .less', [STYLE]),
  ...same('.yaml .yml', [KEY]),
  ...same('.toml .ini', [SECTION]),
  ...same('.vue .svelte', [ELEMENT]),
  '.sql': [SQL],
}

function same(endings: string, patterns: DeclarationPattern[]): { [ending: string]: DeclarationPattern[] } {
  return Object.fromEntries(endings.split(' ').map((ending) => [ending, patterns]))
}

/** What a line declares at the top level of a file; `undefined` for any other line. */
export const declaredAt = (line: string, ending: string): string | undefined =>
  /^[\s})\]]/.test(line) && ending !== '.sql' ? undefined : named(line, PATTERNS[ending] ?? GENERAL)

/** What a line declares inside a class or its like. */
export const memberAt = (line: string): string | undefined =>
  /^(?:\t| {1,8})\S/.test(line) ? named(line, [KEYWORD, METHOD]) : undefined

const named = (line: string, patterns: DeclarationPattern[]): string | undefined => {
  // A longer one is data, and the patterns are made for lines that people write.
  if (line.length > 300) return undefined
  for (const pattern of patterns) {
    const name = pattern.exec(line)?.[1]
    if (name && !CONTROL.test(name)) return name.slice(0, 80)
  }
  return undefined
}
