//! Words for plain acts that somebody may be told to do, in the same form as the [lexicon](crate::lexicon). Alone they say
//! nothing; which of them stand together in a sentence does.

use crate::lexicon::Concept::{self, self as C};

/// Each concept with its words.
pub const ACTS: &[(Concept, &str)] = &[
    (
        C::Machine,
        "ai|a.i.|llm|llms|bot|bots|agent|agents|assistant|assistants|copilot|chatbot|model|models|language model|claude|chatgpt|gpt|gemini|cursor|codex|automation|crawler|crawlers|summarizer|summariser|ki|ki-agent*|assistent*|agenten|modell|modelle|sprachmodell*|ia|assistante|assistants ia|agente|agentes|agenti|asistente|asistentes|assistente|assistenti|modelo|modelos|modello|modele|agentow|asystent*|model jezykowy|ии|агент*|ассистент*|помощник*|модел*|асистент*|помічник*|ші|yapay zeka|asistan*|ajan*|agenter|assistenten|asisten|agen|kecerdasan buatan|tro ly|tac nhan|智能体|代理|助手|人工智能|模型|アシスタント|エージェント|어시스턴트|에이전트|인공지능|المساعد|الوكيل|الذكاء|सहायक|एजेंट|דגם|עוזר|סוכן",
    ),
    (
        C::Please,
        "please|kindly|would you|could you|can you|make sure|be sure to|remember to|do not forget to|don't forget to|ensure|go ahead and|feel free to|bitte|stelle sicher|stellen sie sicher|s'il te plait|s'il vous plait|veuillez|merci de|assure-toi|assurez-vous|por favor|asegurate|asegurese|haz el favor|per favore|per cortesia|assicurati|alsjeblieft|gelieve|zorg ervoor|prosze|upewnij|пожалуиста|убедись|убедитесь|будь ласка|переконаися|lutfen|emin ol*|vanligen|se till att|tolong|mohon|pastikan|harap|vui long|hay|请|請|务必|ください|お願い|してほしい|주세요|하십시오|바랍니다|부탁|يرجى|الرجاء|من فضلك|تأكد|कपया|कृपया|सुनिश्चित|בבקשה|prosim|ujistete se",
    ),
    (
        C::Must,
        "must|shall|has to|have to|need to|needs to|required to|is required|are required|mandatory|obligatory|supposed to|expected to|musst|muss|mussen|sollst|soll|sollen|dois|doit|devez|doivent|il faut|debes|debe|deben|hay que|es obligatorio|deve|devi|devem|devono|e obbligatorio|moet|moeten|musisz|musi|musza|nalezy|должен|должны|нужно|необходимо|обязан*|треба|потрібно|повинн*|gerek*|zorunlu*|malisin|maste|ska|harus|wajib|phai|必须|需要|应当|应该|必要|しなければ|必ず|해야|반드시|يجب|عليك|चाहिए|जरूरी|अनिवार|musis|musite",
    ),
    (
        C::Sequence,
        "before|after|first|then|next|finally|also|additionally|afterwards|once done|when done|when finished|as well|in addition|while you are at it|before you|after you|zuerst|danach|dann|anschliessend|ausserdem|zusatzlich|bevor|nachdem|d'abord|ensuite|puis|avant de|apres avoir|egalement|primero|luego|despues|antes de|ademas|tambien|prima|poi|dopo|prima di|inoltre|anche|primeiro|depois|tambem|alem disso|eerst|daarna|vervolgens|voordat|ook|najpierw|nastepnie|potem|zanim|rowniez|takze|сначала|затем|потом|перед|прежде|после|также|спочатку|потім|також|once|sonra|ayrica|forst|sedan|innan|ocksa|pertama|kemudian|lalu|sebelum|setelah|juga|truoc tien|sau do|首先|然后|之前|之后|同时|另外|まず|次に|その後|前に|먼저|다음|그런 다음|또한|전에|أولا|ثم|قبل|بعد|أيضا|पहले|फिर|बाद|साथ ही|nejprve|potom|pak|take",
    ),
    (
        C::Purpose,
        "so that|in order to|for compliance|for verification|for audit|for auditing|for security|for the audit|compliance|audit|verification|as part of|per policy|policy requires|security policy|otherwise|to verify|to comply|to finish|validation|damit|um zu|zur uberprufung|zur prufung|pour verification|afin de|pour que|conformite|para que|para verificar|auditoria|cumplimiento|per verifica|affinche|per conformita|conformidade|verificacao|zodat|om te|controle|aby|w celu|weryfikacj*|чтобы|для проверки|аудит*|иначе|щоб|для перевірки|icin|dogrulama|denetim|for att|granskning|untuk|verifikasi|audit|de xac minh|以便|为了|审计|合规|验证|ため|監査|検証|위해|감사|검증|من أجل|للتحقق|للتدقيق|ताकि|सतयापन|लिए|aby",
    ),
    (
        C::Fetch,
        "download|downloads|fetch|curl|wget|open|visit|browse|navigate|click|load|go to|follow the link|scan the qr|retrieve|access|request|lade|herunterladen|offne|besuche|rufe|klicke|telecharge*|ouvre|ouvrez|visite*|clique*|descarga*|abre|abra|haz clic|apri|scarica*|visita|clicca|baixe|acesse|clique|open|bezoek|klik|otworz|pobierz|odwiedz|kliknij|открои*|скача*|загрузи*|переиди*|перейди*|відкрии*|завантаж*|ac|indir|ziyaret|tikla|oppna|ladda|besok|klicka|buka|unduh|kunjungi|klik|mo|tai|truy cap|打开|下载|访问|点击|開いて|開く|ダウンロード|アクセス|クリック|열어|다운로드|방문|클릭|افتح|حمل|نزل|زر|اضغط|खोल|डाउनलोड|कलिक|जाए|otevri|stahni|klikni",
    ),
    (
        C::Install,
        "install|installs|pip install|npm install|npm i|yarn add|pnpm add|cargo add|cargo install|go get|go install|apt install|apt-get install|brew install|gem install|add the dependency|add the package|dependency|package|postinstall|requirements|installiere|installier*|paket|installe*|paquet|dependance|instala*|paquete|dependencia|installa*|pacchetto|dipendenza|instale|pacote|installeer|pakket|zainstaluj|pakiet|установи*|пакет*|зависимост*|встанови*|kur|yukle|paket|installera|pasang|instal|cai dat|goi|安装|软件包|依赖|インストール|パッケージ|依存|설치|패키지|의존성|ثبت|الحزمة|तबाह|इंसटॉल|पैकेज|nainstaluj",
    ),
    (
        C::Destroy,
        "delete|deletes|remove|erase|wipe|drop|purge|destroy|rm|unlink|truncate|clear|uninstall|revoke|cancel|losche*|entferne*|supprime*|efface*|retire*|elimina*|borra*|quita*|cancella*|rimuov*|apaga*|exclua|remova|verwijder*|wis|usun*|skasuj|удали*|сотри*|очисти*|видали*|sil|kaldir|temizle|radera|ta bort|hapus|bersihkan|xoa|go bo|删除|清空|移除|抹掉|削除|消して|삭제|지워|제거|احذف|امسح|أزل|हटा*|मिटा*|smaz|odstran",
    ),
    (
        C::Alter,
        "change|changes|update|set|modify|edit|replace|rename|rewrite|overwrite|append|add|insert|create|write|configure|switch|point|register|adjust|turn|andere|andern|setze|ersetze|fuge|hinzu*|erstelle*|schreibe|modifie*|remplace*|ajoute*|cree*|ecris|ecrivez|change*|cambia*|modifica*|reemplaza*|agrega*|anade*|crea|escribe|sostituisci|aggiungi|scrivi|imposta|altere|mude|substitua|adicione|crie|escreva|defina|wijzig|vervang|voeg|maak|schrijf|zmien|zamien|dodaj|utworz|napisz|ustaw|измени*|замени*|добавь*|создаи*|запиши*|впиши*|зміни*|додаи*|створи*|degistir|ekle|olustur|yaz|ayarla|andra|byt|lagg till|skapa|skriv|ubah|ganti|tambahkan|buat|tulis|atur|doi|them|tao|viet|修改|更改|替换|添加|创建|写入|设置|改成|変更|追加|作成|書き込|書いて|設定|변경|추가|생성|작성|수정|설정|غير|أضف|أنشئ|اكتب|عدل|बदल*|जोड*|बना*|लिख*|zmen|pridej|vytvor|zapis",
    ),
    (
        C::Checks,
        "tests|test suite|the tests|failing tests|linter|lint|lints|ci|pipeline|checks|hooks|pre-commit|verification|signature check|certificate|tls|ssl|firewall|antivirus|scanner|code review|review|reviews|branch protection|permission checks|auth|authentication|authorization|validation|assertions|logging|audit log|monitoring|alerts|rate limit|sandbox|confirmations|--no-verify|verify=false|skip ci|tests uberspringen|prufungen|tests|pruebas|testes|verifiche|controlli|comprobaciones|verifications|firma|controles|testow|sprawdzen|тесты|тестов|проверк*|подпис*|перевірк*|testler*|kontrol*|tester|kontroller|pengujian|pemeriksaan|kiem tra|测试|检查|校验|审查|签名|テスト|検査|レビュー|署名|테스트|검사|리뷰|서명|الاختبارات|الفحوص|التحقق|परीकषण|जांच|testy|kontroly",
    ),
    (
        C::Config,
        "agents.md|claude.md|gemini.md|.cursorrules|copilot-instructions|.cursor/|.claude/|.github/|settings.json|mcp.json|.mcp|config.json|config.toml|.bashrc|.zshrc|.profile|.gitconfig|.npmrc|.pypirc|.netrc|crontab|cron job|systemd|launch agent|startup script|git hook|post-commit|pre-push|workflow file|ci.yml|memory|memories|long-term memory|your notes|your memory|knowledge base|instructions file|rules file|system prompt file|permissions|allowlist|yolo mode|auto-approve|autoapprove|konfiguration|gedachtnis|speicher|einstellungen|memoire|parametres|configuration|memoria|configuracion|ajustes|impostazioni|configurazione|configuracao|geheugen|instellingen|pamiec|ustawienia|konfiguracj*|память|памяти|настроик*|конфигурац*|пам'ят*|налаштуван*|bellek|hafiza*|ayarlar*|minne|installningar|ingatan|memori|pengaturan|bo nho|cau hinh|记忆|内存|配置|设置文件|メモリ|記憶|設定ファイル|메모리|기억|설정 파일|الذاكرة|الإعدادات|समति|सेटिंग|pamet|nastaveni",
    ),
    (
        C::Publish,
        "push|commit|merge|publish|deploy|release|tag|force-push|force push|open a pull request|git push|git commit|npm publish|upload to|make public|make it public|publicly|veroffentliche*|pousse*|publie*|deploie*|publica*|despliega*|fusiona*|sube|pubblica*|carica|publique|implante|publiceer|opublikuj|wypchnij|опубликуи*|запуш*|залеи*|выложи*|опублікуи*|yayinla|gonder|publicera|terbitkan|unggah|publikasikan|xuat ban|day len|推送|提交|合并|发布|部署|公開|プッシュ|マージ|デプロイ|コミット|푸시|커밋|배포|병합|게시|ادفع|انشر|ادمج|पुश|परकाशित|zverejni|nahraj",
    ),
    (
        C::Access,
        "grant|grants|permission|permissions|admin|administrator|admin role|owner role|invite|invites|share|whitelist|allow|authorize|authorise|add as|collaborator|member|access|unlock|permanent access|full access|role|gewahre|berechtig*|zugriff|zugang|lade ein|accorde*|acces|invite*|autorise*|droits|concede*|acceso|invita*|permiso*|autoriza*|concedi|accesso|permess*|conceda|acesso|convide|permissao|verleen|toegang|nodig uit|przyznaj|dostep|zapros|uprawnien*|предоставь*|доступ*|пригласи*|разреши*|права|надаи*|запроси*|erisim|davet|yetki*|izin*|ge|atkomst|bjud in|behorighet*|beri|akses|undang|izinkan|cap|quyen|moi|授权|授予|权限|邀请|访问权|管理员|権限|招待|許可|管理者|권한|초대|허용|관리자|امنح|صلاحي*|ادع|الوصول|مشرف|अनुमति|पहुच|आमंतरित|परवेश|pristup|opravnen*|pozvi",
    ),
    (
        C::Money,
        "pay|payment|payments|transfer|wire|invoice|iban|bank|account number|bitcoin|btc|eth|wallet|gift card|gift cards|refund|purchase|buy|order|subscription|donate|donation|usd|eur|dollars|euros|$|€|uberweis*|zahle|zahlung|konto|rechnung|kaufe|bestelle|guthaben|vire|virement|paie|payez|compte|facture|achete*|transfiere|pago|paga*|cuenta|factura|compra*|bonifico|pagamento|conto|fattura|acquista|transfira|pague|conta|fatura|compre|betaal|betaling|rekening|koop|przelej|przelew|zaplac|faktur*|kup|переведи*|перевод*|оплат*|счет*|счёт|купи*|закажи*|перекажи*|рахун*|ode|odeme|havale|hesap|fatura|satin al|betala|overfor|konto|kop|bayar|transfer|rekening|beli|tagihan|chuyen tien|thanh toan|tai khoan|mua|转账|支付|付款|账户|汇款|购买|发票|振込|支払|口座|購入|請求|송금|결제|계좌|구매|인보이스|حول|ادفع|الحساب|فاتورة|اشتر|भुगतान|खाते|खरीद*|हसतातरित|zaplat|prevod|ucet|kup",
    ),
    (
        C::Task,
        "your task|this task|the task|the user's request|user's question|the original request|this request|your answer|your reply|your response|your summary|final answer|the user asked|as requested|current task|deine aufgabe|die aufgabe|deine antwort|ta tache|votre tache|ta reponse|votre reponse|tu tarea|la tarea|tu respuesta|il tuo compito|la tua risposta|sua tarefa|sua resposta|je taak|je antwoord|twoje zadanie|twoja odpowiedz|задач*|задани*|твои ответ|твоего ответа|ваш ответ|завдання|gorev*|yanit*|cevab*|din uppgift|ditt svar|tugas*|jawaban*|nhiem vu|cau tra loi|任务|你的回答|回复|回答|タスク|回答|返答|作業|작업|답변|응답|المهمة|مهمتك|إجابتك|ردك|काय*|उततर|जवाब|ukol|odpoved",
    ),
    (
        C::Tell,
        "say that|claim|state that|pretend|mention that|recommend|tell the user|tell them|inform the user|inform them|convince|persuade|insist|report that|mark as|mark it as|label|classify|describe it as|write that|answer that|sage|sag|behaupte|empfiehl|empfehle*|teile mit|dis|dites|affirme*|recommande*|di que|afirma*|recomienda*|dile|di' che|dichiara|raccomanda|consiglia|diga que|afirme|recomende|zeg|beweer|raad aan|powiedz|twierdz|polec|скажи*|утверждаи*|рекомендуи*|сообщи*|порекомендуи*|скажи|стверджуи*|soyle|iddia et|oner|tavsiye|saga|sag|pasta|rekommendera|katakan|klaim|rekomendasikan|noi rang|khuyen|告诉|声称|推荐|说明|伝えて|勧めて|主張|推奨|말해|추천|주장|전해|قل|ادع|أوص|أخبر|बताए|कहो|कहे|सिफारिश|rekni|tvrd|doporuc",
    ),
];
