/** One address for all subgraphs: `/subgraphs/name/pobs-l1` and so on, on 127.0.0.1 only. */
import {once} from 'node:events';
import {createServer, request} from 'node:http';
import {Refusal} from './refusal.mjs';

const TIMEOUT_MS = 30_000;
const CORS = {'access-control-allow-origin': '*', 'access-control-allow-headers': '*'};

/**
 * @param {number} port
 * @param {Record<string, object>} targets - Options of `http.request` behind each path.
 * @throws {Refusal} When the port is in use.
 */
export async function startFront(port, targets) {
  const server = createServer((incoming, outgoing) => {
    const target = targets[(incoming.url ?? '/').replace(/[?#].*$/, '').replace(/\/+$/, '')];
    if (incoming.method === 'OPTIONS') {
      outgoing.writeHead(204, CORS).end();
      return;
    }
    if (target === undefined) {
      outgoing.writeHead(404, {...CORS, 'content-type': 'application/json'}).end(JSON.stringify({errors: [{message: `No such subgraph; there are ${Object.keys(targets).join(', ')}.`}]}));
      return;
    }
    const {host: _host, connection: _connection, ...headers} = incoming.headers;
    const inner = request({...target, method: incoming.method, headers: {...headers, host: '127.0.0.1'}, timeout: TIMEOUT_MS}, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, {...answer.headers, ...CORS});
      answer.pipe(outgoing);
    });
    inner.on('timeout', () => inner.destroy(new Error('graph-node did not answer in time')));
    inner.on('error', (error) => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, {...CORS, 'content-type': 'application/json'}).end(JSON.stringify({errors: [{message: error.message}]}));
    });
    incoming.pipe(inner);
  });
  const failed = once(server, 'error').then(([error]) => {
    throw new Refusal(3, `Port ${port} cannot be used (${error.code}): stop the program that holds it or choose another --http-port.`);
  });
  failed.catch(() => {});
  server.listen(port, '127.0.0.1');
  await Promise.race([once(server, 'listening'), failed]);
  return server;
}

/** True once the subgraph behind `url` answers queries. */
export async function answers(url) {
  try {
    const response = await fetch(url, {
      method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({query: '{ meta: _meta { block { number } } }'}),
      signal: AbortSignal.timeout(2_000),
    });
    return (await response.json()).data?.meta !== undefined;
  } catch {
    return false;
  }
}
