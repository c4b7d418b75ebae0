/** The engine's GraphQL schema (docs/INTERFACES.md) over fixture figures: every query of the pages is checked against it. */
import {readFileSync} from 'node:fs';
import {createServer, type Server} from 'node:http';
import path from 'node:path';
import {buildSchema, graphql} from 'graphql';

const interfaces = path.resolve(import.meta.dirname, '../../docs/INTERFACES.md');

/** The schema as frozen: the fenced block of the document, with the scalar it leaves out. */
function schema() {
  const block = /```graphql\n([\s\S]*?)```/.exec(readFileSync(interfaces, 'utf8'))?.[1];
  if (block === undefined) throw new Error('docs/INTERFACES.md holds no graphql block');
  return buildSchema(`scalar Bytes\n${block}`);
}

/** Serves `rootValue` at `/graphql` on a free port. */
export async function startFixture(rootValue: unknown): Promise<{url: string; server: Server}> {
  const built = schema();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const {query, variables} = JSON.parse(Buffer.concat(chunks).toString()) as {query: string; variables: Record<string, unknown>};
      graphql({schema: built, source: query, variableValues: variables, rootValue}).then(
        (result) => response.setHeader('content-type', 'application/json').end(JSON.stringify(result)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {url: `http://127.0.0.1:${(server.address() as {port: number}).port}/graphql`, server};
}
