// Drives a node with the official A2A client for JavaScript, over both bindings.
// Usage: a2a-client.mjs FOLDER-WITH-NODE_MODULES URL HANDLE TOKEN. HANDLE's worker puts out what it was asked.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [folder, url, handle, token] = process.argv.slice(2);
const installed = createRequire(`${folder}/`);
const load = (name) => import(pathToFileURL(installed.resolve(name)).href);
const sdk = await load('@a2a-js/sdk');
const client = await load('@a2a-js/sdk/client');

const fetchImpl = (input, init = {}) => {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return fetch(input, { ...init, headers });
};

const connect = (binding) => {
  const cardResolver = new client.DefaultAgentCardResolver({ fetchImpl });
  const transports = [new client.JsonRpcTransportFactory({ fetchImpl }), new client.RestTransportFactory({ fetchImpl })];
  return new client.ClientFactory({ transports, preferredTransports: [binding], cardResolver }).createFromUrl(
    `${url}/a2a/agents/${handle}/`,
  );
};

const asked = (words, configuration = {}) =>
  sdk.SendMessageRequest.fromJSON({
    message: { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text: words }] },
    configuration,
  });

const { TaskState } = sdk;
const textOf = (artifact) => artifact.parts.map((part) => part.content?.value).join('');

const journeys = {
  async 'a message is answered with the result'(agent) {
    const task = await agent.sendMessage(asked('one two'));
    assert.equal(task.status.state, TaskState.TASK_STATE_COMPLETED);
    assert.match(textOf(task.artifacts[0]), /one two/);
    const read = await agent.getTask({ id: task.id, tenant: '' });
    assert.deepEqual(read.artifacts, task.artifacts);
  },
  async 'a stream tells beginning and end'(agent) {
    const kinds = [];
    let last;
    for await (const update of agent.sendMessageStream(asked('three four'))) {
      kinds.push(update.payload?.$case);
      last = update.payload;
    }
    assert.equal(kinds[0], 'task');
    assert.ok(kinds.includes('artifactUpdate'), kinds.join(' '));
    assert.equal(last.value.status.state, TaskState.TASK_STATE_COMPLETED);
  },
  async 'a task is cancelled once'(agent) {
    const task = await agent.sendMessage(asked('stand still', { returnImmediately: true }));
    const ended = await agent.cancelTask({ id: task.id, tenant: '', metadata: {} });
    assert.equal(ended.status.state, TaskState.TASK_STATE_CANCELED);
    await assert.rejects(agent.cancelTask({ id: task.id, tenant: '', metadata: {} }), { name: 'TaskNotCancelableError' });
  },
  async 'an address is told how it ended'(agent) {
    const told = [];
    let over;
    const ended = new Promise((resolve) => {
      over = resolve;
    });
    const server = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      const update = sdk.StreamResponse.fromJSON(JSON.parse(body));
      told.push({ token: request.headers['x-a2a-notification-token'], update });
      response.writeHead(204).end();
      if (update.payload?.value?.status?.state === TaskState.TASK_STATE_COMPLETED) over(update.payload);
    });
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const address = `http://127.0.0.1:${server.address().port}/hook`;
      const config = { url: address, token: 'chosen' };
      await agent.sendMessage(asked('five six', { returnImmediately: true, taskPushNotificationConfig: config }));
      const last = await ended;
      assert.equal(last.$case, 'task');
      assert.match(textOf(last.value.artifacts[0]), /five six/);
      assert.ok(told.every((one) => one.token === 'chosen'));
    } finally {
      server.close();
    }
  },
  async 'the card is signed by the node'() {
    // As it was received: the SDK reads it once more, and what it has read itself loses the security scheme then.
    const card = await (await fetchImpl(`${url}/a2a/agents/${handle}/card`)).json();
    const verify = sdk.verifyAgentCardSignature(async (kid, jku) => {
      const { keys } = await (await fetch(jku)).json();
      return keys.find((key) => key.kid === kid);
    });
    await verify(card);
    await assert.rejects(verify({ ...card, description: `${card.description}!` }));
  },
  async 'a task that there is not is not found'(agent) {
    const nobody = '019a0000-0000-7000-8000-000000000001';
    await assert.rejects(agent.getTask({ id: nobody, tenant: '' }), { name: 'TaskNotFoundError' });
  },
};

let passed = 0;
let failed = 0;
for (const binding of ['JSONRPC', 'HTTP+JSON']) {
  for (const [name, journey] of Object.entries(journeys)) {
    try {
      await journey(await connect(binding));
      passed += 1;
      console.log(`ok: ${name} (${binding})`);
    } catch (why) {
      failed += 1;
      console.log(`failed: ${name} (${binding}): ${why?.stack ?? why}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
