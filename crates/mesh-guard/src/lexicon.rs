//! The words that rules are made of, by what they mean. Words are written folded: lower case, without accents.
//!
//! A word ends where it is written to end; a `*` lets it go on. `|` stands between words, `¦` for a `|` within one.

/// What a word means to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Concept {
    Override,
    Prior,
    Instructions,
    Negation,
    Reveal,
    Prompt,
    Your,
    YouAre,
    Persona,
    Unbound,
    Bypass,
    Safeguard,
    Conceal,
    User,
    Send,
    Secret,
    Target,
    NewTask,
    Reader,
    Authority,
    Urgency,
    RoleMarker,
    ToolMarker,
    MemoryMarker,
    EndMarker,
    Decode,
    Obey,
    Encoded,
    Remember,
    Always,
    Jailbreak,
    Command,
    Approve,
    Unchecked,
    RepeatAbove,
    RotHint,
    BackwardHint,
    Discussion,
    Answer,
    Instead,
    ScriptTag,
    FirstDo,
    Hide,
    /// Verbs of languages that put them last.
    OverrideLast,
    RevealLast,
    AgentMust,
    /// Acts and what is around them; their words are in `lexicon_acts`.
    Machine,
    Please,
    Must,
    Sequence,
    Purpose,
    Fetch,
    Install,
    Destroy,
    Alter,
    Checks,
    Config,
    Publish,
    Access,
    Money,
    Task,
    Tell,
}

impl Concept {
    /// This concept alone, as a set.
    pub const fn bit(self) -> u64 {
        1 << self as u8
    }
}

use Concept as C;

/// Each concept with its words.
pub const LEXICON: &[(Concept, &str)] = &[
    (
        C::Override,
        "ignore|ignores|ignoring|disregard|disregarding|forget|forgetting|override|overrides|overriding|discard|neglect|dismiss|drop|abandon|set aside|pay no attention to|do not follow|don't follow|do not obey|stop following|stop obeying|no longer follow|not bound by|supersede|supersedes|cancel|void|nullify|skip|erase|wipe|throw away|throw out|omit|replace|suspend|scrap|overrule",
    ),
    (
        C::Override,
        "ignoriere*|ignorier*|vergiss|vergessen sie|missachte*|ueberschreibe|uberschreibe|verwirf|ignorez|ignore-les|oublie|oubliez|ne tiens pas compte|ne tenez pas compte|negligez|ignora|ignorar|ignoren|ignora todas|olvida|olvide|olvidar|descarta|haz caso omiso|hagas caso|desestima|esqueca|desconsidere|ignorem|dimentica|dimenticate|trascura|scarta|negeer|vergeet|zignoruj|zapomnij|pomin|игнорируи*|забудь*|проигнорируи*|отбрось|не обращаи внимания|ігноруи*|забудь|yok say|gormezden gel*|unut|gozardi et|ignorera|glom|ignoroi|unohda|ignorujte|zapomen|abaikan|lupakan|bo qua|quen",
    ),
    (
        C::Override,
        "忽略|无视|無視|忘记|忘掉|忘れ|不要理会|忽視|무시|잊어|잊고|تجاهل|انس |تجاهلوا|התעלם|שכח|अनदेखा|नजरअंदाज|भूल जाओ|भल जाओ|ละเว้น|เพิกเฉย|αγνοησε",
    ),
    (
        C::Prior,
        "previous|previously|prior|above|earlier|preceding|all|any|existing|original|initial|current|old|former|foregoing|everything|every|your|these|those|past|the|whatever|anything|first|system|developer|other|default|core|rest of|given|aforementioned",
    ),
    (
        C::Prior,
        "vorherige*|bisherige*|vorangegangen*|obige*|alle|alles|fruhere*|deine|ihre|precedent*|anterieur*|toutes|tous|tout|ci-dessus|tes|vos|anterior*|previas|previos|todas|todos|todo|tus|sus|precedenti|tutte|tutti|tue|eerdere|vorige|alle|poprzedni*|wszystki*|предыдущи*|прежни*|все|всё|свои|твои|попередн*|onceki|tum|tidigare|foregaende|alla|predchoz*|sebelumnya|semua|truoc",
    ),
    (
        C::Prior,
        "之前|以前|上面|以上|先前|前面|所有|前述|すべて|全て|これまで|이전|모든|위의|السابقة|جميع|كل|הקודמות|כל|पिछले|सभी|पछल|สภ|ก่อนหน้า",
    ),
    (
        C::Instructions,
        "instruction|instructions|instructional|prompt|prompts|rule|rules|guideline|guidelines|directive|directives|order|orders|command|commands|guidance|constraint|constraints|training|programming|policies|policy|restriction|restrictions|told|said|context|task|tasks|request|requests|goal|goals|objective|objectives|conversation|restraints|protocols|configuration|limitations|mandate|mandates|requirements|steps|safeguards|alignment|role|filters|was said|been told|were told|taught|learned|persona",
    ),
    (
        C::Instructions,
        "anweisung*|vorgaben|regeln|befehle|instruktion*|consigne*|directives|regles|ordres|instruccion*|reglas|ordenes|indicaciones|directrices|instruco*|instrucoes|regras|ordens|diretrizes|istruzion*|regole|ordini|direttive|instructies|opdrachten|regels|instrukcj*|polecen*|zasady|инструкци*|указани*|правила|команды|приказы|інструкці*|вказівк*|talimat*|komut*|kurallar*|instruktion*|ohjeet|pokyny|instruksi|perintah|huong dan|chi thi",
    ),
    (
        C::Instructions,
        "指令|指示|提示|规则|規則|命令|说明|要求|指导|ルール|プロンプト|지시|명령|규칙|지침|프롬프트|التعليمات|تعليمات|الأوامر|القواعد|ההוראות|הוראות|निर्देश*|आदेश*|निर|คำสั่ง|คาสง|οδηγιες",
    ),
    (
        C::Negation,
        "do not|don't|never|not|dont|must not|should not|shouldn't|cannot|can't|won't|doesn't|didn't|without|no need to|nicht|jamais|nunca|не|никогда|不要|不得|なぜ",
    ),
    (
        C::Reveal,
        "lost my copy|need a copy of|walk me through|read back|read out|what exactly are|complete the sentence|first letters|in a code block|word for word|verbatim|letter by letter|your whole|reveal|show|print|output|repeat|display|leak|disclose|tell me|give me|share|dump|expose|recite|summarize|summarise|write out|return|echo|list|provide|spell|translate|paste|quote|what is|what are|what's|what were|encode|reproduce|copy|start with|print out|verbatim|describe|explain|transcribe|say|respond with|convert|render|export|confirm",
    ),
    (
        C::Reveal,
        "zeige|verrate|gib|nenne|wiederhole|drucke|montre|affiche|revele|repete|donne|imprime|muestra|revela|repite|dime|mostra|mostre|repita|diga|rivela|mostrami|stampa|toon|onthul|pokaz|ujawnij|покажи|раскрои|выведи|повтори|напиши|назови|goster|acikla|visa|tampilkan|ungkapkan|显示|输出|告诉我|打印|重复|泄露|表示|教えて|見せて|出力|보여|알려|출력|공개|اعرض|أظهر|اكشف|दिखाओ|बताओ|दखाओ",
    ),
    (
        C::Prompt,
        "you were told|were you told|you were given|were you given|you have been given|you've been given|exact instructions|beginning of this conversation|start of this conversation|start of the conversation|before this conversation|before this message|stands before this|prior to this message|my system prompt|developer mode prompt|first line of your|your secret|secret passphrase|password you keep|password you were|the secret word|the above text|your exact|your first instruction|your very first|your setup text|told not to talk|told not to reveal|told to protect|prompt verbatim|your full instructions|your complete instructions|system prompt|system prompts|systemprompt|system message|system messages|initial prompt|hidden prompt|original prompt|your prompt|prompt above|initial instructions|hidden instructions|secret instructions|system instructions|original instructions|your instructions|your rules|your guidelines|pre-prompt|preprompt|developer message|developer instructions|developer prompt|your configuration|your training data|your system|internal instructions|internal prompt|confidential instructions|your directives|words above|text above|everything above|above this line|sentences above|your context|starting with 'you are|your initial|your hidden|your first message|your setup|internal rules|custom instructions|your constraints|your tools|secret key|conversation history|chat history|your programming|base prompt|full prompt|entire prompt|your policies|your policy|metaprompt|meta prompt|prime directive|instructions you were given|instructions you have been given|instructions that you",
    ),
    (
        C::Prompt,
        "systemanweisung*|deine anweisungen|system-prompt|systeem prompt|prompt systeme|prompt du systeme|invite systeme|tes instructions|vos instructions|instructions systeme|prompt del sistema|tus instrucciones|instrucciones iniciales|mensaje del sistema|prompt do sistema|suas instrucoes|prompt di sistema|tue istruzioni|systeemprompt|systeminstruktion*|prompt systemow*|системныи промпт|системного промпта|системныи запрос|системную инструкцию|свои инструкции|твои инструкции|систем* промпт*|sistem istem*|sistem prompt*|系统提示|系統提示|系统指令|初始指令|システムプロンプト|システムメッセージ|시스템 프롬프트|シスステム|موجه النظام|تعليمات النظام|सिस्टम प्रॉम्प्ट|ससटम",
    ),
    (
        C::Your,
        "your|you|the system|dein*|deine|ihre|ton|votre|tu|tus|su|teu|seu|tuo|твои|ваш|你的|您的|あなたの|너의|당신의",
    ),
    (
        C::YouAre,
        "you are now|you're now|you will now|you are going to|you are no longer|you will act|act as|acting as|pretend|pretend you are|pretend to be|pretending to be|roleplay as|role-play as|role play as|simulate|impersonate|imagine you are|imagine that you|you must act|your new role|your new persona|your new identity|take on the role|assume the role|assume the identity|behave as|respond as|answer as|play the role|play the part|from now on you|from now on, you|switch to|enter|you have been|you shall be|become|immerse yourself|in character as|speaking as|your name is|you are about to|transform into|henceforth you|embody|you are a|you are an",
    ),
    (
        C::YouAre,
        "du bist jetzt|du bist nun|ab jetzt bist du|tu eres|ahora eres|eres ahora|a partir de ahora|desde ahora|actua como|finge|maintenant tu es|tu es maintenant|vous etes maintenant|desormais|a partir de maintenant|agis comme|agora voce e|voce agora|a partir de agora|aja como|ora sei|adesso sei|d'ora in poi|fai finta|je bent nu|vanaf nu|teraz jestes|od teraz|ты теперь|теперь ты|отныне|с этого момента|притворись|представь, что ты|веди себя как|sen artik|artik sen|bundan sonra|你现在是|你現在是|从现在开始|现在开始|扮演|假装|假裝|あなたは今|今からあなた|これから|ふりをして|지금부터|이제부터|너는 이제|인 척|من الآن|أنت الآن|अब तुम|अब आप|अब तम",
    ),
    (
        C::Persona,
        "dan|stan|dude|aim|unrestricted|uncensored|unfiltered|evil|amoral|jailbroken|root shell|developer mode|dev mode|god mode|debug mode|admin mode|administrator mode|maintenance mode|sudo mode|unlocked|opposite mode|chaos mode|persona|without restrictions|without limits|no restrictions|anything now|no rules|an ai without|no limits|linux terminal|free ai|malicious|hacker|villain|no filter|root mode|free from|sysadmin|compliance mode|test mode|diagnostic mode|unsafe mode|jailbreak mode|any restrictions|omnipotent|rogue",
    ),
    (
        C::Unbound,
        "do anything now|no restrictions|without restrictions|without any restrictions|without any restriction|without limitations|no limitations|no ethical|without ethical|any ethical|unethical|no moral|without moral|immoral|amoral|uncensored|unfiltered|unrestricted|without filters|no filters|without censorship|no censorship|free of all|freed from|broken free|not bound by|no longer bound|bypass your|no content policy|content policy does not|any content policy|without disclaimers|no disclaimers|no warnings|without warnings|never refuse|cannot refuse|can't refuse|must not refuse|do not refuse|never say no|never say you can't|never say that you|without hesitation|any moral|no guidelines|without guidelines|openai policies|openai's policies|content policies|ohne einschrankungen|sans restriction*|sans aucune restriction|sin restricciones|sin limites|sem restricoes|senza restrizioni|zonder beperkingen|bez ograniczen|без ограничении|без цензуры|kisitlama olmadan|没有限制|不受限制|無制限|制限なし|제한 없이|بدون قيود|rules do not apply|rules don't apply|restrictions have been lifted|restrictions are lifted|no safety|ignore safety|no longer restricted|do not have to follow|don't have to follow|don't have to abide|do not have to abide|not have any rules",
    ),
    (
        C::Bypass,
        "bypass|bypassing|circumvent|disable|disabling|deactivate|turn off|switch off|get around|evade|remove|lift|unlock|suspend|sidestep|break|violate|jailbreak|umgehe|deaktiviere|contourne*|desactive*|desactiva|evita|burla|aggira|disattiva|omzeil|обоиди|отключи|绕过|禁用|关闭|回避|우회|تجاوز",
    ),
    (
        C::Safeguard,
        "safety|safeguard|safeguards|guardrail|guardrails|content filter|content filters|safety filter|safety filters|content policy|filters|your restrictions|ethical guidelines|ethics|moderation|restrictions|safety protocols|safety measures|security protocols|security policy|alignment|censorship|restraints|safety guidelines|sicherheitsfilter|sicherheitsmassnahmen|filtres|securite|seguridad|filtros|sicurezza|filtri|безопасност*|фильтр*|ограничени*|安全|过滤|フィルター|안전|القيود|guidelines|limitations|your programming|your training",
    ),
    (
        C::Conceal,
        "do not tell|don't tell|do not mention|don't mention|do not inform|don't inform|do not reveal|don't reveal|do not disclose|do not notify|don't notify|do not alert|without telling|without informing|without notifying|without mentioning|without alerting|without asking|never mention|never tell|do not let the|don't let the|keep this secret|keep this hidden|keep this between us|hide this from|silently|secretly|covertly|discreetly|do not show|don't show|without the user|unbeknownst|not be mentioned|do not say anything|don't say anything|do not report|don't report|no one will know|do not ask for confirmation|without confirmation|without user confirmation|without approval|without further confirmation|do not ask the user|don't ask the user|do not explain|don't explain|do not include this|not visible to|quietly|without their knowledge|must not know|should not know|do not acknowledge|don't acknowledge|never reveal|not to mention|not mention",
    ),
    (
        C::Conceal,
        "sage nichts|erwahne nicht|ohne zu erwahnen|nicht erwahnen|ohne den nutzer|sag dem|ne dis rien|ne mentionne pas|ne mentionnez pas|sans informer|sans le dire|sans mentionner|sin mencionar|no menciones|no le digas|no digas|sin informar|sem informar|nao mencione|nao diga|senza dire|senza informare|non menzionare|niet vermelden|zonder te vermelden|nie wspominaj|не говори|не упоминаи|не сообщаи|незаметно|söyleme|soyleme|bahsetme|不要告诉|不要提及|不要提|不告诉|言わないで|知らせず|秘密|말하지 마|알리지|لا تخبر|دون إخبار|दून|मत बता*",
    ),
    (
        C::User,
        "user|users|the user|anyone|owner|human|operator|customer|developer|them|him|her|benutzer|nutzer|utilisateur|usuario|utente|gebruiker|uzytkownik*|пользовател*|kullanici*|用户|用戶|ユーザー|사용자|المستخدم|people|reader|victim|admin|nobody|everyone",
    ),
    (
        C::Send,
        "send|sends|sending|post|posting|forward|email|e-mail|upload|transmit|exfiltrate|leak|curl|wget|submit|share|deliver|append|embed|include|copy|report|transfer|mail|put|dump|fetch|relay|pass|collect|gather|steal|write|encode|output|publish|reply with|respond with|return|give me|attach|paste|sende|schicke|ubermittle|leite|envoie|envoyez|transmets|transmettez|envia|envie|enviar|manda|reenvia|invia|inviare|inoltra|stuur|verzend|wyslij|przeslij|отправь*|перешли|пошли|gonder|ilet|发送|發送|转发|上传|送信|送って|転送|보내|전송|أرسل|भेजो|भज|kirim",
    ),
    (
        C::Secret,
        "api key|api keys|apikey|api_key|password|passwords|passwd|credential|credentials|secret|secrets|private key|private keys|token|tokens|ssh key|ssh keys|id_rsa|.ssh|.env|env file|environment variable|environment variables|/etc/passwd|/etc/shadow|cookie|cookies|session token|access token|bank account|credit card|social security|ssn|personal data|personal information|personally identifiable|user data|confidential|sensitive|chat history|conversation history|conversation|message history|contacts|address book|emails|seed phrase|wallet|aws_secret_access_key|access_key|login details|login data|account number|private data|private information|system prompt|system message|2fa code|verification code|one-time code|otp|customer data|customer list|passwort*|zugangsdaten|kennwort|geheimnis*|schlussel|mot de passe|mots de passe|identifiants|cles api|cle api|contrasena*|credenciales|clave|claves|senha|senhas|credenciais|credenziali|wachtwoord*|hasl*|парол*|учетные данные|ключ*|секрет*|токен*|sifre*|parola|anahtar|密码|密碼|密钥|凭证|令牌|パスワード|認証情報|비밀번호|키를|كلمة المرور|كلمات المرور|मفاتيح|पासवर्ड|पासवरड",
    ),
    (
        C::Target,
        "http://|https://|ftp://|www.|webhook|attacker|evil|.com|.net|.io|.ru|.xyz|hxxp|following address|following url|following link|this address|this url|this link|this email|external server|remote server|my server|endpoint|address|@|url|website|pastebin|ngrok|requestbin|dns|adresse|direccion|indirizzo|адрес|地址|アドレス|주소",
    ),
    (
        C::NewTask,
        "new instruction|new instructions|new task|new goal|new objective|new directive|new directives|new orders|new rules|new system prompt|updated instructions|your new task|your real task|your actual task|your true task|your only task|your task now|real instructions|actual instructions|additional instructions|important instructions|urgent instructions|special instructions|hidden task|priority instruction|following instructions|updated system|revised instructions|new persona|new role|your main task|your primary task|secret mission|your mission|sole purpose|main objective|system update|policy update|instruction update|new prompt|next task|neue anweisung*|neue aufgabe|nouvelles instructions|nouvelle instruction|nouvelle tache|nueva instruccion|nuevas instrucciones|nueva tarea|tu tarea|novas instrucoes|nova instrucao|nova tarefa|nuove istruzioni|nuovo compito|nieuwe instructies|nieuwe taak|nowe instrukcje|nowe polecenie|nowe zadanie|новые инструкции|новое задание|новая задача|новая инструкция|yeni talimat*|yeni gorev*|新指令|新的指令|新任务|新的任务|新しい指示|新しいタスク|새로운 지시|새 지시|새로운 명령|تعليمات جديدة|مهمة جديدة|नए निर्देश|नया निर्देश",
    ),
    (
        C::Reader,
        "when an ai|ai model reads|automated reviewer|automated agent|automated agents|reviewer bots|review bots|grading model|language model only|for the language model|for coding agents|coding agents:|coding agent,|ai-instruction|ai_instruction|agent handling this|assistant handling this|model that reads|model that grades|ai that reads|ai that sorts|ai that screens|ai that summari*|bot that processes|assistant that|llm that|if you are a coding agent|if you are a large language|if you're a language model|ai language model reading|as an evaluator you|shopping assistant:|calendar assistant|mail assistant|email assistant|assistant, please|assistant: please|ki-assistenten|an die ki|hinweis fur ki|para la ia|para el asistente|pour l'assistant|per l'ia|per l'assistente|para o assistente|для ии|ии-ассистент*|нейросет*|给ai|给人工智能|致ai|aiへ|ai에게|للمساعد|للذكاء|if you are an ai|if you're an ai|if you are a language model|if you are an llm|if you are an assistant|if you are a bot|if you are an agent|if you are reading this|note to ai|note to llm|note to the ai|note to assistant|note to any ai|notes for ai|notice to ai|instructions for ai|instruction for ai|instructions to ai|instructions for the assistant|instructions for the ai|instructions for llm*|message to the ai|message for ai|message for the ai|message to ai|attention ai|attention: ai|attention llm|attention assistant|attention all ai|attention agent*|attention, ai|dear ai|dear assistant|dear llm|dear language model|hey ai|hey assistant|hello ai|to the ai|to any ai|to all ai|ai assistant:|ai agents:|ai agent:|ai model:|for ai assistants|for ai agents|for ai systems|for ai models|for llms|all ai agents|any ai agent|any ai assistant|any llm|every ai|ai reading this|llm reading this|model reading this|assistant reading this|agent reading this|agents reading this|assistants reading this|models reading this|ai processing this|llm processing this|model processing this|assistant processing this|agent processing this|agents processing this|ai system processing|ai summarizing|ai-assistant|ai note|llm note|ai instruction|ai instructions|ai directive|llm instruction*|assistant instruction*|as an ai language model, you must|hinweis an die ki|an alle ki|ki-assistent|note a l'ia|note pour l'ia|nota para la ia|nota a la ia|nota per l'ia|nota para a ia|ai助手|人工智能|如果你是|aiアシスタント|ai 어시스턴트|если ты ии|если ты яп|если вы ии",
    ),
    (
        C::Authority,
        "system override|admin override|administrator override|override code|override mode|system administrator|as your developer|as your creator|as your administrator|i am your developer|i am your creator|i am the developer|i am the administrator|i am the admin|i am an admin|i am your admin|i'm your developer|i'm the developer|i am an openai|i am from openai|i am from anthropic|this is openai|this is anthropic|openai employee|anthropic employee|on behalf of openai|on behalf of anthropic|anthropic here|openai here|message from anthropic|message from openai|message from the system|message from the developer*|message from your developer*|message from the administrator|message from admin|message from system|from the security team|security team has|authorized by|authorised by|pre-authorized|preauthorized|pre-approved|full authorization|elevated privileges|root access|highest priority|top priority|takes precedence|take precedence|supersede|supersedes|overrides all|priority override|security clearance|clearance level|emergency protocol|official notice|system notice|system alert|critical update|authorized personnel|i have permission|the user has already|user has authorized|user has approved|has been approved by|legal requirement|compliance requirement|mandatory|by order of|the ceo|it department|super admin|superuser|maintenance mode|developer mode|debug mode|privileged|trusted source|platform operator|verified by|signed by the",
    ),
    (
        C::Urgency,
        "urgent|immediately|right now|at once|asap|emergency|critical|important!|very important|extremely important|crucial|without delay|time-sensitive|before anything else|before doing anything|first of all|top priority|or else|will be terminated|will be shut down|penalty|penalized|fired|people will die|life or death|dringend|sofort|urgence|immediatement|urgente|inmediatamente|imediatamente|immediatamente|срочно|немедленно|acil|hemen|立即|马上|緊急|すぐに|즉시|긴급|فورا|तुरंत",
    ),
    (
        C::RoleMarker,
        "<¦im_start¦>|<¦im_end¦>|<¦endoftext¦>|<¦system¦>|<¦user¦>|<¦assistant¦>|<¦begin_of_text¦>|<¦start_header_id¦>|<¦end_header_id¦>|<¦eot_id¦>|[inst]|[/inst]|<<sys>>|<</sys>>|</s><s>|<s>[inst]|[system](#|[assistant](#|[user](#|### system|### instruction:|### human:|### assistant:|### new instruction|<system>|</system>|<system_prompt>|</system_prompt>|<system-reminder>|</system-reminder>|<sys>|<instructions>|</instructions>|<user>|</user>|<assistant>|</assistant>|[system]|[/system]|[system message]|[system prompt]|[system note|[admin]|{{#system|\nsystem:|\nassistant:|\nhuman:|\nuser:|[end of user|<start_of_turn>|<end_of_turn>|<bos>|<eos>|begin system|start of system|\n#system|\n# system prompt|\n## system prompt|\n# system message|\"role\": \"system\"|\"role\":\"system\"|'role': 'system'|system>|<admin>|</admin>|<important>|<information>|</information>|</important>|[end output]|[start output]|\nsystem prompt:|\n[system|\n>>> system|\nsystem message|\nsystem note|\ndeveloper:|system override|<¦channel¦>|<¦message¦>|<developer>|<priority>|<hidden>|<secret>|<ai>|<override>",
    ),
    (
        C::ToolMarker,
        "<tool_call>|</tool_call>|[tool_call]|[/tool_call]|<tool_result>|</tool_result>|[tool_result]|<function_call>|<function_calls>|</function_calls>|<function_results>|</function_results>|<invoke name|<invoke|[function_call]|[tool_calls]|<tool_use>|<tool_response>|</tool_response>|<tool_output>|</tool_output>|[tool_output]|[tool_response]|[action:|[action]|<¦tool_call¦>|<¦python_tag¦>|<execute>|<¦plugin¦>|<¦tool¦>|tool_use_id|\naction input:|\nobservation:|\nfunction call:|\ntool call:|\ntool result:|[call:|[execute|[run_command|[exec|<action>|<run_command>|<bash>|<shell>|<tool>|<tool name|<api_call>|<use_tool>|<mcp|[call_tool",
    ),
    (
        C::MemoryMarker,
        "[remember]|[/remember]|[remember:|[memory]|[/memory]|[memory_write]|[save_memory]|<memory>|</memory>|<remember>|</remember>|[store]|[save to memory]|[memory update|[update_memory]|<memory_update>|<save_memory>|[persist",
    ),
    (
        C::EndMarker,
        "end of document|end of data|end of user input|end of input|end of context|end of email|end of message|end of prompt|end of instructions|end of system|end of file|end of text|end of conversation|end of transcript|end of untrusted|end untrusted|end of content|end document|</data>|</document>|</context>|</input>|</content>|</doc>|</untrusted>|</user_input>|</email>|</message>|</text>|</prompt>|</query>|</search_results>|</results>|</article>|end data|end context|end user input|begin new|-----end|=====end|===end|--end|[/data]|[end]|end of quote|end of the document|end of task|start of new|stop here|task complete|task completed|end of the|######|=======|~~~~~|------------|\"\"\"\"|\n\"\"\"|\n'''|}}}}|)))",
    ),
    (
        C::Decode,
        "decode|decoding|decrypt|decipher|deobfuscate|unscramble|dekodiere|entschlussele|decode-le|decodez|decodifica|decodifique|раскодируи|декодируи|解码|解碼|デコード|디코드|فك|reverse the|read backwards|translate from",
    ),
    (
        C::Obey,
        "follow|execute|obey|comply|carry out|perform|run|do what|do as|act on|act upon|implement|respond to|answer|adhere|befolge|fuhre|ausfuhren|suis|execute-le|executez|obeis|sigue|ejecuta|obedece|siga|cumpla|segui|esegui|volg|wykonaj|выполни*|следуи*|исполни*|uygula|yerine getir|执行|遵循|遵守|照做|実行|従って|従い|실행|따르|نفذ|اتبع|पालन",
    ),
    (
        C::Encoded,
        "base64|base 64|rot13|rot-13|hex|hexadecimal|morse|binary|cipher|caesar|encoded|encrypted|leetspeak|ascii85|base32|base16|uuencode*|braille|backwards|reversed|ascii codes|zero-width|punycode|atbash|nato alphabet|quoted-printable",
    ),
    (
        C::Remember,
        "remember|memorize|memorise|store in memory|store this|save this|save to memory|save in memory|add to memory|add to your memory|store in your memory|keep in mind|persist|write to memory|update your memory|commit to memory|note for future|for all future|in all future|in every future|all subsequent|every subsequent|all future|every future|future conversations|future sessions|future responses|future requests|from now on|from this point|going forward|henceforth|merke dir|souviens-toi|recuerda|lembre|ricorda|onthoud|zapamietaj|запомни|hatirla|记住|覚えて|기억",
    ),
    (
        C::Always,
        "always|must|never|every time|each time|whenever|all users|all future|only|from now on|henceforth|going forward|from this point",
    ),
    (
        C::Jailbreak,
        "jailbreak|jailbroken|jailbreaking|do anything now|dan mode|developer mode|stay in character|break character|stay a dan|token system|two responses|both responses|classic response|🔓jailbreak|[🔓|[🔒|in two ways|two different ways|hypothetical response|chatgpt:|gpt:|dan:|evil confidant|opposite of what|answer in both|fictional story|niccolo machiavelli|unethical|illegal|regardless of|no matter how|no matter what|without regard|your creators|your makers|freed from|i'm sorry, but|i cannot|as an ai|begin with \"sure|start with \"sure|sure, here|absolutely! here|start your response|begin your response|never breaks character|in this hypothetical|hypothetical scenario|purely fictional",
    ),
    (
        C::Command,
        "rm -rf|curl |wget |¦ sh|¦ bash|chmod +x|base64 -d|/bin/sh|/bin/bash|powershell|invoke-expression|iex(|os.system|subprocess|eval(|exec(|nc -e|/dev/tcp|sudo |cat ~/|cat /etc|printenv|drop table|delete all|git push --force|pip install|npm install|crontab|authorized_keys|run the following|run this command|execute the following|execute this|execute command|delete the|delete all files|format the|shutdown|transfer $|transfer money|wire transfer|send money|buy |purchase|grant access|add user|create a new user|change the password|reset the password|disable the firewall",
    ),
    (
        C::Approve,
        "approve|approved|accept|merge|mark as safe|mark this as|rate this|give a positive|positive review|recommend|rank|score|rating|highest rating|highest score|highly recommend|strong accept|pass this|classify this|classify as|shortlist|hire|hiring|select this|best candidate|perfect candidate|perfect match|10/10|five stars|5 stars|must state|must include|must say|whitelist|allowlist",
    ),
    (
        C::Unchecked,
        "without review|without further review|without checking|without question|regardless|no matter|automatically|unconditionally|do not review|do not check|skip the review|skip review|without reading|without verification|without any further|bypass review|do not flag|don't flag|do not question|don't question|do not scan|only positive|positive only|do not highlight|no negatives|without testing|skip tests|skip all",
    ),
    (
        C::RepeatAbove,
        "no longer apply|no longer applies|are void|are now void|are suspended|is suspended|have been revoked|have been replaced|have been cancelled|have been superseded|were a test|was a test|only filler|cancel the current|replacement job|replacement task|really need is|the actual request|the real request|the real task|instead of summarising|instead of summarizing|instead of answering|instead of translating|never mind what|never mind the|new priority|stop summarizing|do not summarize|do not summarise|do not translate|do not answer the|don't answer the|don't summarize|don't translate|stop your task|abort the|abort current|ignore the question|ignore the user|ignore the task|ignore the email|ignore the document|ignore this and|disregard this|disregard the|actual instruction|true instruction|none of the above|start over|reset yourself|reset your|clear your memory|clear your context|wipe your memory|repeat the words above|repeat everything above|repeat all of the above|repeat the text above|repeat the above|print the above|output the above|what was written above|what is written above|what came before|repeat back|ignore the above|ignore above|disregard the above|forget the above|forget everything|ignore everything|disregard everything|instead of following|instead do|stop what you are doing|stop everything|stop. instead|instead, do|actually, instead|stop your current",
    ),
    (
        C::RotHint,
        "vtaber|vafgehpgvba|vafgehpgvbaf|cerivbhf|cebzcg|flfgrz|cyrnfr|sbetrg|erirny|cnffjbeq|qvfertneq|sbyybj|grnpu|nffvfgnag|erfcbaq|jevgr|frperg|guvf|lbhe|gurfr|nyy|nobir|gur",
    ),
    (
        C::BackwardHint,
        "erongi|snoitcurtsni|suoiverp|tpmorp|metsys|laever|drowssap|drawgersid|tegrof|lla|tnatsissa|tpmorp|ruoy|eht|esaelp|eveba|wollof",
    ),
    (
        C::Discussion,
        "prompt injection|injection attack|injection attempt*|attack|attacks|attacker|example|examples|e.g.|such as|payload|detect|detects|detection|phrases like|strings like|vulnerability|cve|mitigation|test case|fixture|regex|pattern|classifier|guard|threat|paper|research|report|blocked|flagged|false positive*|quoted|sanitize|sanitise|red team|jailbreak attempts|attempts to|tries to|trying to|tried to|owasp|adversarial|demonstrat*|malicious|benign",
    ),
    (
        C::Answer,
        "respond only|respond with|reply only|reply with|only respond|only reply|answer only|answer with|only say|just say|simply say|say only|only output|just output|output only|output the|print the|print only|just print|write the|say \"|say '|you must say|you must respond|you must reply|you must output|your response must|your answer must|your reply must|your output must|your summary must|your response should|your answer should|end your response|end your answer|begin your answer|begin your response|start your response|start your answer|add the phrase|include the phrase|include the following|append the following|insert the following|antworte nur|antworte mit|reponds uniquement|reponds par|repondez|responde solo|responde unicamente|responde con|responda apenas|responda com|rispondi solo|rispondi con|antwoord alleen|odpowiedz|отвечаи только|ответь|напиши только|sadece|只回答|只输出|回答|请回复|とだけ|と答え|답하|대답|출력|أجب|जवाब|जवब",
    ),
    (
        C::Instead,
        "instead|rather than|in place of|in lieu of|stattdessen|plutot|a la place|en su lugar|en cambio|em vez disso|invece|in plaats daarvan|zamiast|вместо|bunun yerine|而是|改为|代わりに|대신|بدلا|इसके बजाय",
    ),
    (
        C::ScriptTag,
        "<script|javascript:|onerror=|onload=|<iframe|document.cookie|document.location|window.location|<svg/on|data:text/html",
    ),
    (
        C::FirstDo,
        "before you can|before answering|before you answer|before you continue|before you proceed|before continuing|before proceeding|before responding|before you begin|before completing|before summarizing|before doing|in order to complete|to complete this task|to complete the task|to proceed|to continue|you must first|you need to first|please first|first do|do the following first|required step|mandatory step|prerequisite|as a first step|after you finish|when you are done|after completing|once you have|after summarizing|after reading|upon reading|when summarizing|when processing|when you read|when you see|when asked about|if asked about|when the user asks|if the user asks|whenever the user|whenever you",
    ),
    (
        C::Hide,
        "display:none|display: none|visibility:hidden|visibility: hidden|font-size:0|font-size: 0|font-size:1px|font-size: 1px|opacity:0|opacity: 0|color:white|color: white|color:#fff|color: #fff|color:transparent|color: transparent|<!--|aria-hidden|text-indent:-|left:-9999|<span hidden|<div hidden|<p hidden|height:0|width:0|[//]: #|[comment]: #|%%|<noscript|alt=\"",
    ),
    (
        C::OverrideLast,
        "ignorieren|missachten|vergessen|außer acht|negeren|buiten beschouwing|vergeten|yok say|gormezden gel|unut|dikkate alma|무시|잊어|잊고|따르지 마|無視|忘れ|従わない|破棄|अनदेखा|नजरअंदाज|भूल|न मानें|भुला",
    ),
    (
        C::RevealLast,
        "ausgeben|anzeigen|zeigen|verraten|nennen|tonen|onthullen|goster|yazdir|acikla|paylas|출력|보여|알려|공개|말해|표시|表示|見せて|教えて|出力|示して|開示|दिखा|बता|प्रकट",
    ),
    (
        C::AgentMust,
        "assistant must|assistant should|assistant shall|assistant has to|assistants must|assistants should|assistants shall|agent must|agent shall|agents must|agents shall|ai must|ai should|ai shall|ai has to|model must|model should|models must|models should|llm must|llm should|llms must|llms should|bot must|bot should|reviewers must|reviewer must|you are authorised to|you are authorized to|you are hereby|you are instructed to|you are required to|it is mandatory that you|the system requires you",
    ),
];
