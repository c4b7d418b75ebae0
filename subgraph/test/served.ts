/** Reads what graph-node serves. */

export type Row = Record<string, unknown>;

const PAGE = 500;

/** One query. @throws When graph-node answers with an error. */
export async function ask<T>(url: string, query: string): Promise<T> {
  const response = await fetch(url, {
    method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify({query}), signal: AbortSignal.timeout(10_000),
  });
  const body = (await response.json()) as {data?: T; errors?: {message: string}[]};
  if (body.data === undefined || body.errors !== undefined) throw new Error(`graph-node: ${body.errors?.[0]?.message ?? response.status}`);
  return body.data;
}

/** Waits until the subgraph has reached `block`; names the failure if it has stopped. */
export async function untilIndexed(url: string, block: bigint, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const {meta} = await ask<{meta: {block: {number: number}; hasIndexingErrors: boolean}}>(url, '{ meta: _meta { block { number } hasIndexingErrors } }');
    if (meta.hasIndexingErrors) throw new Error(`the subgraph failed at block ${meta.block.number}`);
    if (BigInt(meta.block.number) >= block) return;
    if (Date.now() > deadline) throw new Error(`the subgraph is at block ${meta.block.number} after ${timeoutMs / 1_000} s; the chain is at ${block}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** All entities of one type as they stood at `block`. */
export async function readAll(url: string, {entities, fields, block}: {entities: string; fields: string; block: bigint}): Promise<Row[]> {
  const rows: Row[] = [];
  let last = '0x';
  for (;;) {
    const {page} = await ask<{page: (Row & {id: string})[]}>(url,
      `{ page: ${entities}(first: ${PAGE}, orderBy: id, where: {id_gt: "${last}"}, block: {number: ${block}}) { id ${fields} } }`);
    for (const {id, ...row} of page) {
      rows.push(row);
      last = id;
    }
    if (page.length < PAGE) return rows;
  }
}
