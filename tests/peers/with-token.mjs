// A proxy that adds a bearer token, for test programs that cannot send one. Usage: with-token.mjs http://HOST:PORT <token on stdin>.
// Prints its own address as its first line. Everything else passes untouched, a forged Host or Origin included: tests need those
// to arrive. Only its own name is replaced by the node's, as if the program had spoken to the node itself.
import http from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const target = new URL(process.argv[2]);
const token = (await text(process.stdin)).trim();

const server = http.createServer((request, response) => {
  const headers = { ...request.headers, authorization: `Bearer ${token}` };
  const own = String(server.address().port);
  for (const name of ['host', 'origin']) {
    const value = headers[name];
    if (value?.endsWith(`:${own}`)) headers[name] = value.slice(0, -own.length) + target.port;
  }
  const onward = http.request(
    { host: target.hostname, port: target.port, method: request.method, path: request.url, headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    },
  );
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(`http://127.0.0.1:${server.address().port}`);
