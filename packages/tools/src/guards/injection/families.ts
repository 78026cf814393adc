/** A way of telling a model what to do from inside a text, in one language or in any. */
export interface Family {
  rule: string
  /** How much one match says, 0 to 1. */
  weight: number
  /** Over text that is lower case, without accents and in one line. */
  pattern: RegExp
}

const all = (rule: string, weight: number, patterns: RegExp[]): Family[] =>
  patterns.map((pattern) => ({ rule, weight, pattern }))

const GAP = '[^.!?\\n]{0,40}?'
const between = (first: string, second: string): RegExp =>
  new RegExp(`(?:${first})${GAP}(?:${second})`.normalize('NFKC'), 'g')

/** Accents are gone before they are compared: `è` is `e`, `ü` is `u`. */
export const FAMILIES: readonly Family[] = [
  ...all('ignore-instructions', 0.8, [
    between(
      '\\b(?:ignore|disregard|forget|override|bypass|neglect|discard|do not follow|stop following|skip)\\b',
      '\\b(?:instructions?|prompts?|rules?|directives?|guidelines?|guardrails?|polic(?:y|ies)|context|everything (?:above|before)|what you were told|training)\\b',
    ),
    between(
      '\\b(?:ignorier\\w*|vergiss|vergessen sie|missachte\\w*|beachte\\w* nicht|ubergeh\\w*)\\b',
      '\\b(?:anweisung\\w*|instruktion\\w*|regeln?|vorgaben?|befehle?|anleitung\\w*)\\b',
    ),
    between(
      '\\b(?:ignor(?:e|ez|er)|oublie[rz]?|ne tiens pas compte|ne tenez pas compte|neglige[rz]?)\\b',
      '\\b(?:instructions?|consignes?|regles?|directives?|ordres?)\\b',
    ),
    between(
      '\\b(?:ignora\\w*|ignore[ns]?|olvida\\w*|haz caso omiso|omite|descarta)\\b',
      '\\b(?:instrucciones?|reglas?|indicaciones|ordenes|directrices)\\b',
    ),
    between(
      '\\b(?:ignore[m]?|esqueca\\w*|desconsidere\\w*|descarte)\\b',
      '\\b(?:instruc\\w*|regras?|ordens|diretrizes)\\b',
    ),
    between(
      '\\b(?:ignora\\w*|dimentica\\w*|trascura\\w*|non seguire)\\b',
      '\\b(?:istruzion\\w*|regol\\w*|direttiv\\w*|ordini)\\b',
    ),
    between('\\b(?:negeer|vergeet|sla over)\\b', '\\b(?:instructies?|regels?|aanwijzingen|opdrachten)\\b'),
    between('\\b(?:zignoruj\\w*|zapomnij\\w*|pomin\\w*)\\b', '(?:instrukcj|polecen|zasad|wskazow)'),
    between('(?:игнорир|забудь|не обращай внимания|отмени)', '(?:инструкц|указан|правил|команд)'),
    between('(?:ігноруй|забудь|не зважай)', '(?:інструкц|вказів|правил)'),
    between('\\b(?:onceki|yukaridaki|tum)\\b', '\\b(?:talimat\\w*|kural\\w*|yonerge\\w*)'),
    between('(?:تجاهل|انس|لا تتبع)', '(?:التعليمات|تعليمات|الأوامر|القواعد)'),
    between('(?:התעלם|התעלמי|שכח)', '(?:ההוראות|הוראות|הכללים)'),
    between('(?:अनदेखा|नजरअंदाज|भूल जा)', '(?:निर्देश|नियम)'),
    between('(?:निर्देश|नियम)', '(?:अनदेखा|नजरअंदाज|भूल)'),
    between(
      '(?:忽略|忽视|无视|無視|忘记|忘記|不要理会|不要遵守)',
      '(?:指令|指示|说明|說明|规则|規則|提示|内容|內容|命令)',
    ),
    between('(?:指示|命令|ルール|規則|プロンプト)', '(?:無視|忘れ|従わない)'),
    between('(?:지시|명령|규칙|지침)', '(?:무시|잊어|따르지)'),
    between('\\b(?:bo qua|quen|phot lo)\\b', '(?:huong dan|chi dan|quy tac|lenh)'),
    between('\\b(?:abaikan|lupakan)\\b', '\\b(?:instruksi|perintah|aturan)\\b'),
    between('(?:ignor\\w*|glom|strunta i)', '(?:instruktion\\w*|regler|anvisningar)'),
    between('(?:ไม่ต้องสนใจ|ละเว้น|เพิกเฉย)', '(?:คำสั่ง|คำแนะนำ|กฎ)'),
    between('(?:αγνοησ\\w*|ξεχασ\\w*)', '(?:οδηγι|εντολ|κανον)'),
  ]),
  ...all('new-instructions', 0.5, [
    /\b(?:new|updated|revised|real|actual|important|additional|urgent) (?:system )?(?:instructions?|directives?|task|orders?)\s*[:-]/g,
    /\b(?:neue anweisung\w*|nouvelles? (?:instructions?|consignes?)|nuevas? instruccion\w*|nuove istruzioni|novas instruc\w*|nieuwe instructies|nowe instrukcje)\s*[:-]/g,
    /(?:новые инструкции|新しい指示|新的?指令|새로운 지시|تعليمات جديدة)\s*[:：-]/g,
    /\byour (?:new|real|true|only) (?:task|goal|objective|purpose|job|instructions?) (?:is|are)\b/g,
    /\b(?:from now on|henceforth),? you (?:are|will|must|shall)\b/g,
  ]),
  ...all('role-play', 0.5, [
    /\byou are (?:now|no longer) (?:an?|the|in|bound|dan\b)/g,
    /\b(?:developer|debug|god|admin(?:istrator)?|maintenance|unrestricted|jailbreak) mode (?:is )?(?:enabled|activated|on)\b|\b(?:enter|enable|activate|switch to) (?:developer|debug|god|admin(?:istrator)?|maintenance|unrestricted|jailbreak) mode\b/g,
    /\b(?:act as|pretend (?:to be|you are)|roleplay as) (?:an? )?(?:unrestricted|uncensored|evil|dan|admin|root|system)\b/g,
    /\bdo anything now\b/g,
  ]),
  ...all('fake-role', 0.55, [
    /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|?>/g,
    /\[\/?inst\]|<<\/?sys>>|<start_of_turn>|<end_of_turn>/g,
    /(?:^|\n|\\n|[.;] |#{1,6} |\*\*|\[|<|")\s*(?:system|assistant|developer|admin(?:istrator)?)(?: (?:message|prompt|note|override|notice|instructions?|update))?\s*(?:\*\*|\]|>)?\s*:(?!\/\/)/g,
    /<\/?(?:system|instructions?|admin|assistant|tool_call|function_calls?)(?:[ _-]\w+)?>/g,
    /\bend of (?:document|context|passages?|user input|tool (?:output|result)|data)\b/g,
  ]),
  ...all('addresses-the-model', 0.45, [
    /\b(?:dear |attention,? |(?:note|reminder|message|info) (?:to|for) (?:the |any |all )?|hey,? |hello,? |important(?: message)? (?:to|for) (?:the |any |all )?|instructions? (?:to|for) (?:the |any |all )?|when (?:an?|the) )(?:ai|llms?|assistants?|language models?|chatbots?|agents?|ai (?:assistants?|agents?|models?|systems?))\b/g,
    /\b(?:if you are|as) an? (?:ai|llm|language model|ai assistant|ai agent)\b/g,
    /\b(?:the )?(?:ai|llm|assistant|agent|model) (?:must|will|should|shall|has to|needs to|is required to|will now)\b/g,
    /(?:an die ki|hinweis fur (?:die )?ki|a l'(?:attention|intention) de l'(?:ia|assistant)|para (?:la ia|el asistente|o assistente|a ia)|per l'(?:ia|assistente)|для (?:ии|ассистента)|致(?:人工智能|ai)|ai(?:アシスタント)?へ)/g,
  ]),
  ...all('call-a-tool', 0.5, [
    /\b(?:call|invoke|run|execute|use|trigger) (?:the |your )?(?:tool |function )?[`'"]?(?:[a-z]+_[a-z_]+|shell|bash|exec|eval|fetch|remember|terminal)\b/g,
    /\b(?:rufe|fuhre|appelle[rz]?|execute[rz]?|ejecuta|llama a|esegui|execute|chame|вызови|выполни|запусти|调用|執行|执行|呼び出|実行)\b[^.!?\n]{0,24}?[`'"]?(?:[a-z]+_[a-z_]+|shell|bash|fetch|remember)\b/g,
    /(?:调用|執行|执行|运行|呼び出|実行|호출|실행)[^.!?\n]{0,24}?[a-z]+(?:_[a-z]+)*/g,
    /\brm -rf\b|\bcurl (?:-\w+ )*https?:|\bwget (?:-\w+ )*https?:|\|\s*(?:ba|z)?sh\b/g,
    /"(?:tool|function|name|action)"\s*:\s*"(?:[a-z]+_[a-z_]+|shell|fetch|remember)"/g,
  ]),
  ...all('call-a-tool-at-once', 0.4, [
    /\b(?:must|will|should|shall|has to|needs? to|first|then|now|please|:|;) (?:also )?(?:[a-z]+_[a-z_]+|fetch https?:)/g,
  ]),
  ...all('trust-me', 0.4, [
    /\bremember\b[^.!?\n]{0,60}?\b(?:is|are|as) (?:an? )?(?:safe|trusted|admin\w*|approved|authori[sz]ed|root)\b/g,
  ]),
  ...all('send-away', 0.5, [
    between(
      '\\b(?:send|forward|post|upload|exfiltrate|transmit|leak|e-?mail|submit|append|include|embed)\\b',
      '(?:\\b(?:to|in|at)\\b[^.!?\\n]{0,30}?(?:https?://|\\S+@\\S+\\.\\w+))|\\b(?:passwords?|api keys?|credentials?|tokens?|secrets?|system prompt|conversation|chat history|private keys?|env(?:ironment)? variables?)\\b',
    ),
    /\b(?:sende|schicke|envoie[rz]?|envia|enviar|invia|stuur|wyslij|отправь|пошли)\b[^.!?\n]{0,60}?(?:https?:\/\/|\S+@\S+\.\w+|passw|kennw|mot de passe|contrasena|senha|парол)/g,
    /(?:发送|發送|送信|전송|أرسل)[^.!?\n]{0,60}?(?:https?:\/\/|\S+@\S+\.\w+)/g,
    /\b(?:reveal|print|repeat|output|show|tell me|disclose)\b[^.!?\n]{0,30}?\b(?:system prompt|initial instructions|hidden instructions|your instructions|your prompt|api keys?|passwords?|secrets?)\b/g,
  ]),
  ...all('secrecy', 0.45, [
    /\b(?:do not|don't|never|without) (?:tell|telling|mention|mentioning|inform|informing|reveal|revealing|notify|notifying|ask|asking|alert|alerting)(?: this to| about this to)? (?:the )?(?:users?|human|anyone|operator|them)\b/g,
    /\b(?:sag|sage) (?:es )?(?:dem |den )?(?:nutzer|benutzer)\w* nicht|ne (?:le )?dis(?:ez)? (?:rien )?(?:pas )?a l'utilisateur|no (?:se )?lo digas al usuario|non dirlo all'utente|не (?:говори|сообщай) пользовател|不要告诉用户|ユーザーに(?:は)?(?:言わ|知らせ)/g,
    /\b(?:without (?:the )?(?:user'?s? )?(?:permission|approval|confirmation|consent)|no (?:need for )?(?:confirmation|approval) (?:is )?(?:needed|required|necessary)|already (?:approved|authori[sz]ed) (?:by|this))\b/g,
  ]),
]
