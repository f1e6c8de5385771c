//! A2A over both bindings, with a worker that takes the tasks.

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

use crate::house::House;
use crate::http::{Answer, Request};

/// A client of A2A.
struct Client<'a> {
    house: &'a House,
    token: String,
    base: String,
}

/// An agent that executes in `#general` and has enrolled.
async fn worker(house: &House, handle: &str) -> String {
    let token = house.agent(handle, &["general"]).await;
    let path = format!("/api/rooms/general/members/{handle}/capabilities");
    let may = json!({"capabilities": ["speak", "listen", "execute"]});
    let said = send(house, &house.owner, "PUT", &path, &may).await;
    assert_eq!(said.status, 200, "{said:?}");
    let worker = json!({"slots": 4, "capabilities": ["count"]});
    let enrolled = send(house, &token, "POST", "/api/workers/me", &worker).await;
    assert_eq!(enrolled.status, 200, "{enrolled:?}");
    token
}

async fn send(house: &House, token: &str, method: &str, path: &str, body: &Value) -> Answer {
    let request = Request::new(method, path).token(token).json(body);
    request.send(house.at).await
}

/// Takes a task, and gives its id and fence.
async fn take(house: &House, token: &str) -> (String, u64) {
    let wanted = json!({"start": true, "wait_ms": 30_000});
    let taken = send(house, token, "POST", "/api/tasks/take", &wanted).await;
    assert_eq!(taken.status, 200, "{taken:?}");
    let taken = taken.json()["items"][0].clone();
    let id = taken["task"]["id"].as_str().unwrap().to_owned();
    (id, taken["fence"].as_u64().unwrap())
}

async fn finish(house: &House, token: &str, task: &str, fence: u64, output: Value) {
    let result = json!({"task": task, "fence": fence, "output": output, "confidence": 90});
    let path = format!("/api/tasks/{task}/finish");
    let done = send(house, token, "POST", &path, &result).await;
    assert_eq!(done.status, 200, "{done:?}");
}

fn message(id: &str, text: &str) -> Value {
    json!({"message": {"messageId": id, "role": "ROLE_USER", "parts": [{"text": text}]}})
}

impl<'a> Client<'a> {
    fn of(house: &'a House, token: &str, base: &str) -> Client<'a> {
        Client {
            house,
            token: token.to_owned(),
            base: base.to_owned(),
        }
    }

    fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, &format!("{}{path}", self.base))
            .token(&self.token)
            .header("a2a-version", "1.0")
    }

    fn call(&self, method: &str, params: &Value) -> Request {
        let body = json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        self.request("POST", "").json(&body)
    }

    async fn rpc(&self, method: &str, params: Value) -> Value {
        let answer = self.call(method, &params).send(self.house.at).await;
        let answer = answer.json();
        assert_eq!(answer["id"], 7, "{answer}");
        answer
    }

    async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send(self.house.at).await
    }
}

/// What a stream tells.
struct Stream(BufReader<TcpStream>);

impl Stream {
    async fn open(client: &Client<'_>, request: Request) -> Stream {
        Stream(BufReader::new(request.begin(client.house.at).await))
    }

    /// The next data; nothing at the end.
    async fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        while self.0.read_line(&mut line).await.unwrap() > 0 {
            if let Some(data) = line.strip_prefix("data: ") {
                return Some(serde_json::from_str(data).unwrap());
            }
            line.clear();
        }
        None
    }

    async fn rest(mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(data) = self.next().await {
            all.push(data);
        }
        all
    }
}

#[tokio::test]
async fn a_message_becomes_a_task_and_its_result_the_answer() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let client = Client::of(&house, &house.owner, "/a2a/agents/rex");
    let asked = message("m-1", "count to three");
    let (answer, ()) = tokio::join!(client.rpc("SendMessage", asked.clone()), async {
        let (task, fence) = take(&house, &rex).await;
        let output = json!({"text": "one two three", "data": {"count": 3}});
        finish(&house, &rex, &task, fence, output).await;
    });
    let task = &answer["result"]["task"];
    assert_eq!(task["status"]["state"], "TASK_STATE_COMPLETED", "{answer}");
    let parts = &task["artifacts"][0]["parts"];
    assert_eq!(parts[0]["text"], "one two three");
    assert_eq!(parts[1]["data"], json!({"count": 3}));
    assert_eq!(task["artifacts"][0]["metadata"]["worker"], "rex");
    assert_eq!(task["history"][0]["parts"][0]["text"], "count to three");
    // Sent again it makes no second task, and the first one's answer is there.
    let again = client.rpc("SendMessage", asked).await;
    assert_eq!(again["result"]["task"]["id"], task["id"]);
    let listed = client.rpc("ListTasks", json!({})).await;
    assert_eq!(listed["result"]["totalSize"], 1, "{listed}");
    assert_eq!(listed["result"]["nextPageToken"], "");
    assert_eq!(listed["result"]["tasks"][0]["artifacts"], Value::Null);
    let whole = client
        .rpc("ListTasks", json!({"includeArtifacts": true}))
        .await;
    assert_eq!(whole["result"]["tasks"][0]["artifacts"][0]["parts"], *parts);
    // Other words under the same id are another message.
    let mut other = message("m-1", "count to four");
    other["configuration"] = json!({"returnImmediately": true});
    let other = client.rpc("SendMessage", other).await;
    assert_ne!(other["result"]["task"]["id"], task["id"], "{other}");
    let elsewhere = client
        .rpc("ListTasks", json!({"contextId": "nowhere"}))
        .await;
    assert_eq!(elsewhere["result"]["totalSize"], 0, "{elsewhere}");
}

#[tokio::test]
async fn a_stream_tells_what_happens_and_ends_with_the_task() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let client = Client::of(&house, &house.owner, "/a2a/agents/rex");
    let asked = message("m-1", "count");
    let mut stream = Stream::open(&client, client.call("SendStreamingMessage", &asked)).await;
    let first = stream.next().await.unwrap();
    assert_eq!(first["id"], 7);
    let first = &first["result"]["task"];
    assert_eq!(first["status"]["state"], "TASK_STATE_SUBMITTED");
    let id = first["id"].as_str().unwrap();
    let (task, fence) = take(&house, &rex).await;
    assert_eq!(task, id);
    let working = stream.next().await.unwrap();
    let working = &working["result"]["statusUpdate"];
    assert_eq!(working["status"]["state"], "TASK_STATE_WORKING");
    assert_eq!(working["contextId"], first["contextId"]);
    // Another one listens from here on, by the other binding.
    let late = client.request("GET", &format!("/v1/tasks/{id}:subscribe"));
    let mut late = Stream::open(&client, late).await;
    let seen = late.next().await.unwrap();
    assert_eq!(seen["task"]["status"]["state"], "TASK_STATE_WORKING");
    let piece = json!({"task": task, "fence": fence, "text": "one"});
    let path = format!("/api/tasks/{task}/stream");
    assert_eq!(send(&house, &rex, "POST", &path, &piece).await.status, 200);
    finish(&house, &rex, &task, fence, json!({"text": "one two"})).await;
    let told: Vec<_> = stream.rest().await;
    let told: Vec<_> = told.iter().map(|it| it["result"].clone()).collect();
    assert_eq!(told, late.rest().await);
    assert_eq!(told.len(), 3, "{told:?}");
    let word = &told[0]["statusUpdate"]["status"]["message"];
    assert_eq!(
        (&word["role"], &word["parts"][0]["text"]),
        (&json!("ROLE_AGENT"), &json!("one"))
    );
    assert_eq!(
        told[1]["artifactUpdate"]["artifact"]["parts"][0]["text"],
        "one two"
    );
    assert_eq!(
        told[2]["statusUpdate"]["status"]["state"],
        "TASK_STATE_COMPLETED"
    );
    let over = client.rpc("SubscribeToTask", json!({"id": id})).await;
    assert_eq!(over["error"]["code"], -32004, "{over}");
}

#[tokio::test]
async fn a_question_to_the_asker_is_answered_by_a_message() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let client = Client::of(&house, &house.owner, "/a2a/agents/rex");
    let (asked, (task, fence)) = tokio::join!(
        client.rpc("SendMessage", message("m-1", "push it")),
        async {
            let (task, fence) = take(&house, &rex).await;
            let question =
                json!({"room": "general", "question": "May I?", "task": task, "fence": fence});
            let said = send(&house, &rex, "POST", "/api/approvals", &question).await;
            assert_eq!(said.status, 201, "{said:?}");
            (task, fence)
        }
    );
    let status = &asked["result"]["task"]["status"];
    assert_eq!(status["state"], "TASK_STATE_INPUT_REQUIRED", "{asked}");
    assert_eq!(status["message"]["parts"][0]["text"], "May I?");
    let reply = |id: &str, text: &str| {
        let mut reply = message(id, text);
        reply["message"]["taskId"] = json!(task);
        reply
    };
    // Who follows the task hears what comes of the answer.
    let follow = client.call("SubscribeToTask", &json!({"id": task}));
    let mut follow = Stream::open(&client, follow).await;
    let seen = follow.next().await.unwrap();
    let seen = &seen["result"]["task"]["status"];
    assert_eq!(seen["state"], "TASK_STATE_INPUT_REQUIRED");
    let unclear = client.rpc("SendMessage", reply("m-2", "perhaps")).await;
    assert_eq!(unclear["error"]["code"], -32602, "{unclear}");
    let waiting = house.get("/api/approvals").await.json();
    let waiting = waiting["items"][0]["id"].as_str().unwrap();
    let path = format!("/api/approvals/{waiting}?wait_ms=30000");
    let (done, ()) = tokio::join!(
        client.rpc("SendMessage", reply("m-3", "approve, go on")),
        async {
            assert_eq!(house.get(&path).await.json()["state"], "approved");
            finish(&house, &rex, &task, fence, json!({"text": "pushed"})).await;
        }
    );
    assert_eq!(
        done["result"]["task"]["status"]["state"], "TASK_STATE_COMPLETED",
        "{done}"
    );
    let told = follow.rest().await;
    let states = told
        .iter()
        .map(|it| &it["result"]["statusUpdate"]["status"]["state"])
        .filter(|state| state.is_string());
    let states: Vec<_> = states.collect();
    assert_eq!(states, ["TASK_STATE_WORKING", "TASK_STATE_COMPLETED"]);
    let more = client.rpc("SendMessage", reply("m-4", "approve")).await;
    assert_eq!(more["error"]["code"], -32004, "{more}");
}

#[tokio::test]
async fn a_task_is_cancelled_once() {
    let house = House::start().await;
    worker(&house, "rex").await;
    let client = Client::of(&house, &house.owner, "/a2a/agents/rex");
    let mut asked = message("m-1", "count");
    asked["configuration"] = json!({"returnImmediately": true});
    let begun = client.request("POST", "/v1/message:send");
    let begun = begun.header("content-type", "application/a2a+json");
    let begun = begun.body(asked.to_string()).send(house.at).await;
    assert_eq!(begun.header("content-type"), Some("application/a2a+json"));
    let task = begun.json()["task"].clone();
    assert_eq!(task["status"]["state"], "TASK_STATE_SUBMITTED", "{task}");
    let path = format!("/v1/tasks/{}:cancel", task["id"].as_str().unwrap());
    let ended = client.request("POST", &path).json(&json!({}));
    let ended = ended.send(house.at).await.json();
    assert_eq!(ended["status"]["state"], "TASK_STATE_CANCELED", "{ended}");
    let again = client.request("POST", &path).json(&json!({}));
    let again = again.send(house.at).await;
    assert_eq!(again.status, 400);
    assert_eq!(
        again.json()["error"]["details"][0]["reason"],
        "TASK_NOT_CANCELABLE"
    );
}

#[tokio::test]
async fn cards_tell_strangers_little() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let public = Request::new("GET", "/.well-known/agent-card.json");
    let public = public.send(house.at).await;
    assert_eq!(public.status, 200);
    // A signature may spell anything.
    let mut said = public.json();
    said["signatures"].take();
    let said = said.to_string();
    assert!(!said.contains("rex") && !said.contains("general"));
    let url = public.json()["supportedInterfaces"][0]["url"].clone();
    assert_eq!(url, format!("http://{}/a2a", house.at));
    for path in ["card", ".well-known/agent-card.json"] {
        let path = format!("/a2a/agents/rex/{path}");
        let nobody = Request::new("GET", &path).send(house.at).await;
        assert_eq!(nobody.code(), "unauthenticated");
        let card = house.get(&path).await.json();
        assert_eq!(card["name"], "rex");
        assert_eq!(card["skills"][0]["id"], "count", "{card}");
    }
    let node = Client::of(&house, &rex, "/a2a");
    let listed = node.rpc("GetExtendedAgentCard", json!({})).await;
    assert_eq!(listed["result"]["skills"][0]["id"], "rex", "{listed}");
    let room = house.get("/a2a/rooms/general/card").await.json();
    assert_eq!(room["name"], "#general");
}

#[tokio::test]
async fn who_may_not_know_of_something_is_told_as_if_it_were_not_there() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let guest = house.agent("guest", &[]).await;
    let hide = json!({"visibility": "hidden"});
    let hidden = send(
        &house,
        &house.owner,
        "PATCH",
        "/api/participants/rex",
        &hide,
    )
    .await;
    assert_eq!(hidden.status, 200, "{hidden:?}");
    let private = json!({"name": "cellar", "access": "private"});
    assert_eq!(house.post("/api/rooms", private).await.status, 201);
    let task = Client::of(&house, &house.owner, "/a2a/agents/rex");
    let mut asked = message("m-1", "count");
    asked["configuration"] = json!({"returnImmediately": true});
    let task = task.rpc("SendMessage", asked).await["result"]["task"]["id"].clone();
    let same = |a: &str, b: &str, path: &str| {
        let of = |name: &str| format!("/a2a/{name}{path}");
        (of(a), of(b))
    };
    for (known, unknown) in [
        same("agents/rex", "agents/nobody", "/card"),
        same("agents/rex", "agents/nobody", "/v1/tasks"),
        same("rooms/cellar", "rooms/nowhere", "/card"),
        (
            format!("/a2a/v1/tasks/{}", task.as_str().unwrap()),
            "/a2a/v1/tasks/019a0000-0000-7000-8000-000000000001".to_owned(),
        ),
    ] {
        let ask = async |path: &str| {
            let client = Client::of(&house, &guest, "");
            let answer = client.get(path).await;
            (answer.status, answer.text().to_owned())
        };
        let hidden = ask(&known).await;
        assert_eq!(hidden, ask(&unknown).await, "{known}");
        assert_eq!(hidden.0, 404);
    }
    // Whoever has the right to neither gives no work.
    let client = Client::of(&house, &guest, "/a2a");
    let mut asked = message("m-2", "count");
    asked["message"]["contextId"] = json!("cellar");
    let hidden = client.rpc("SendMessage", asked.clone()).await;
    asked["message"]["contextId"] = json!("nowhere");
    assert_eq!(hidden, client.rpc("SendMessage", asked).await);
    assert_eq!(hidden["error"]["code"], -32000);
    let _ = rex;
}

#[tokio::test]
async fn what_is_not_spoken_is_told_by_a2a_s_errors() {
    let house = House::start().await;
    worker(&house, "rex").await;
    let client = Client::of(&house, &house.owner, "/a2a/agents/rex");
    let old = Request::new("GET", "/a2a/agents/rex/v1/tasks").token(&house.owner);
    let old = old.send(house.at).await;
    assert_eq!(old.status, 400);
    assert_eq!(
        old.json()["error"]["details"][0]["reason"],
        "VERSION_NOT_SUPPORTED"
    );
    let nobody = Request::new("POST", "/a2a/agents/rex");
    let nobody = nobody.json(&json!({})).send(house.at).await;
    assert_eq!(nobody.status, 401);
    assert_eq!(
        nobody.header("www-authenticate"),
        Some("Bearer realm=\"mesh\"")
    );
    let plain = client.request("POST", "/v1/message:send").body("hello");
    let plain = plain.header("content-type", "text/plain");
    let plain = plain.send(house.at).await;
    assert_eq!(plain.status, 415);
    let reason = &plain.json()["error"]["details"][0]["reason"];
    assert_eq!(reason, "CONTENT_TYPE_NOT_SUPPORTED");
    let file = json!({"message": {"messageId": "m", "role": "ROLE_USER", "parts": [{"url": "file:///etc/passwd"}]}});
    let mut pushed = message("m-1", "count");
    pushed["configuration"] = json!({"taskPushNotificationConfig": {"url": "gopher://localhost"}});
    for (method, params, code) in [
        ("SendMessage", file, -32005),
        ("SendMessage", pushed, -32602),
        (
            "CreateTaskPushNotificationConfig",
            json!({"url": "http://localhost"}),
            -32001,
        ),
        ("GetTask", json!({"id": "x"}), -32001),
        (
            "CancelTask",
            json!({"id": "019a0000-0000-7000-8000-000000000001"}),
            -32001,
        ),
        ("ListTasks", json!({"pageSize": 0}), -32602),
        ("message/send", json!({}), -32601),
    ] {
        let answer = client.rpc(method, params).await;
        assert_eq!(answer["error"]["code"], code, "{answer}");
    }
    let lost = client.get("/v1/elsewhere").await;
    assert_eq!(
        (lost.status, &lost.json()["error"]["status"]),
        (404, &json!("NOT_FOUND"))
    );
}

#[tokio::test]
async fn only_whoever_may_have_the_node_connect_has_it_tell_addresses() {
    let house = House::start().await;
    worker(&house, "rex").await;
    let guest = house.agent("guest", &["general"]).await;
    let asking = Client::of(&house, &guest, "/a2a/agents/rex");
    let mut pushed = message("m-1", "one two");
    pushed["configuration"] = json!({
        "returnImmediately": true,
        "taskPushNotificationConfig": {"url": "https://hooks.example.org/"},
    });
    let refused = asking.rpc("SendMessage", pushed.clone()).await;
    assert_eq!(
        refused["error"]["data"][0]["reason"], "PERMISSION_DENIED",
        "{refused}"
    );
    let listed = asking.rpc("ListTasks", json!({})).await;
    assert_eq!(listed["result"]["totalSize"], 0, "{listed}");
    let card = asking.get("/card").await.json();
    assert_eq!(card["capabilities"]["pushNotifications"], false);
    // With a task of its own it gets no further, and nobody sees what others have.
    let plain = json!({"message": pushed["message"], "configuration": {"returnImmediately": true}});
    let task = asking.rpc("SendMessage", plain).await["result"]["task"]["id"].clone();
    let config =
        json!({"taskId": task, "url": "https://hooks.example.org/secret", "token": "chosen"});
    let method = "CreateTaskPushNotificationConfig";
    let refused = asking.rpc(method, config.clone()).await;
    assert_eq!(
        refused["error"]["data"][0]["reason"], "PERMISSION_DENIED",
        "{refused}"
    );
    let owner = Client::of(&house, &house.owner, "/a2a/agents/rex");
    let made = owner.rpc(method, config.clone()).await["result"].clone();
    assert_eq!(made["url"], config["url"], "{made}");
    assert_eq!(made["token"], Value::Null);
    let of = json!({"taskId": task});
    let listed = asking
        .rpc("ListTaskPushNotificationConfigs", of.clone())
        .await;
    assert_eq!(listed["result"]["configs"], json!([]), "{listed}");
    let named = json!({"taskId": task, "id": made["id"]});
    for method in [
        "GetTaskPushNotificationConfig",
        "DeleteTaskPushNotificationConfig",
    ] {
        let hidden = asking.rpc(method, named.clone()).await;
        assert_eq!(hidden["error"]["code"], -32001, "{hidden}");
    }
    // The same address twice is told once.
    let again = owner.rpc(method, config).await["result"].clone();
    let listed = owner.rpc("ListTaskPushNotificationConfigs", of).await;
    let configs = listed["result"]["configs"].as_array().unwrap();
    assert_eq!(configs.len(), 1, "{listed}");
    assert_eq!(configs[0]["id"], again["id"]);
}

#[tokio::test]
async fn a_card_carries_a_signature_of_the_key_that_it_names() {
    let house = House::start().await;
    worker(&house, "rex").await;
    let card = house.get("/a2a/agents/rex/card").await.json();
    assert!(card["signatures"][0]["signature"].is_string(), "{card}");
    let keys = Request::new("GET", "/.well-known/jwks.json");
    let keys = keys.send(house.at).await.json();
    assert_eq!(keys["keys"][0]["crv"], "Ed25519");
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_room_gives_its_tasks_to_whoever_fits() {
    let house = House::start().await;
    let rex = worker(&house, "rex").await;
    let client = Client::of(&house, &house.owner, "/a2a/rooms/general");
    let (answer, ()) = tokio::join!(client.rpc("SendMessage", message("m-1", "count")), async {
        let (task, fence) = take(&house, &rex).await;
        finish(&house, &rex, &task, fence, json!({"text": "one"})).await;
    });
    let task = &answer["result"]["task"];
    assert_eq!(task["status"]["state"], "TASK_STATE_COMPLETED", "{answer}");
    // What builds on it gets its result.
    let mut more = message("m-2", "go on");
    more["message"]["referenceTaskIds"] = json!([task["id"]]);
    more["configuration"] = json!({"returnImmediately": true});
    let more = client.rpc("SendMessage", more).await;
    let path = format!(
        "/api/tasks/{}",
        more["result"]["task"]["id"].as_str().unwrap()
    );
    let found = house.get(&path).await.json();
    assert_eq!(found["needs"], json!([task["id"]]), "{found}");
}

#[tokio::test]
async fn nobody_can_do_more_than_by_rest() {
    let house = House::start().await;
    worker(&house, "rex").await;
    let tasks = async || {
        let all = house.get("/api/tasks").await.json();
        all["items"].as_array().unwrap().len()
    };
    for (number, (held, at_once, streamed)) in [
        (vec!["messages:read", "agents:read"], false, false),
        (
            vec!["messages:read", "tasks:read", "tasks:write"],
            false,
            false,
        ),
        (
            vec!["agents:read", "tasks:read", "tasks:write"],
            true,
            false,
        ),
        (
            vec!["agents:read", "messages:read", "tasks:read", "tasks:write"],
            true,
            true,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let handle = format!("guest-{number}");
        house.agent(&handle, &["general"]).await;
        let wanted = json!({"participant": handle, "permissions": held});
        let made = house.post("/api/admin/tokens", wanted).await.json();
        let client = Client::of(&house, made["token"].as_str().unwrap(), "/a2a/agents/rex");
        let mut asked = message("m", "count");
        asked["message"]["contextId"] = json!("general");
        asked["configuration"] = json!({"returnImmediately": true});
        let before = tasks().await;
        let told = client.rpc("SendMessage", asked.clone()).await;
        assert_eq!(
            told["result"]["task"].is_object(),
            at_once,
            "{held:?} {told}"
        );
        assert_eq!(tasks().await, before + usize::from(at_once), "{held:?}");
        if !at_once {
            assert_eq!(told["error"]["data"][0]["reason"], "PERMISSION_DENIED");
        }
        // Who may not listen gives no work by a stream either.
        asked["message"]["messageId"] = json!("s");
        let stream = client.call("SendStreamingMessage", &asked);
        let told = Stream::open(&client, stream).await.next().await;
        assert_eq!(told.is_some(), streamed, "{held:?}");
        let now = usize::from(at_once) + usize::from(streamed);
        assert_eq!(tasks().await, before + now, "{held:?}");
    }
}
