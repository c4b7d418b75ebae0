import {createHash} from 'node:crypto';
import {CID} from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import {HttpError} from '../http.ts';
import {parseCid, type BlockStore} from './block-store.ts';
import {parseCar} from './car.ts';
import {filesOf} from './multipart.ts';
import {sendBytes, sendJson, type Route, type RouteContext} from './routes.ts';
import {addUnixfs, readUnixfs} from './unixfs.ts';

const SHA2_256 = 0x12;
const CODECS: Record<string, number> = {raw: 0x55, 'dag-pb': 0x70, 'dag-cbor': 0x71};

/** Kubo's RPC as far as the project's clients and graph-node use it, and a trustless gateway for reading. */
export function ipfsRoutes(blocks: BlockStore): Route[] {
  const required = async (cid: CID): Promise<Uint8Array> => {
    const bytes = await blocks.get(cid);
    if (bytes === undefined) throw new HttpError(404, `block ${cid} not found`);
    return bytes;
  };
  const argument = (context: RouteContext): string => (context.query.get('arg') ?? '').replace(/^\/ipfs\//, '');
  return [
    {method: 'POST', pattern: /^\/api\/v0\/block\/put$/, handle: (context) => putBlock(blocks, context)},
    {method: 'POST', pattern: /^\/api\/v0\/dag\/import$/, handle: (context) => importCar(blocks, context)},
    {method: 'POST', pattern: /^\/api\/v0\/add$/, handle: (context) => add(blocks, context)},
    {
      method: 'POST',
      pattern: /^\/api\/v0\/block\/get$/,
      handle: async (context) =>
        sendBytes(context.response, await required(parseCid(argument(context))), 'application/vnd.ipld.raw'),
    },
    {
      method: 'POST',
      pattern: /^\/api\/v0\/block\/stat$/,
      handle: async (context) => {
        const cid = parseCid(argument(context));
        sendJson(context.response, {Key: cid.toString(), Size: (await required(cid)).length});
      },
    },
    {
      method: 'POST',
      pattern: /^\/api\/v0\/cat$/,
      handle: async (context) =>
        sendBytes(context.response, await readUnixfs(blocks, argument(context)), 'application/octet-stream'),
    },
    {
      method: 'POST',
      pattern: /^\/api\/v0\/version$/,
      handle: async ({response}) => sendJson(response, {Version: '0.0.0', Commit: '', Repo: '0', System: 'local'}),
    },
    {method: 'GET', pattern: /^\/ipfs\/([^/]+)(\/.*)?$/, handle: (context) => readGateway(blocks, context)},
    {
      // graph-node asks for a block that need not exist: "not here" is an answer, 404 would look like no gateway.
      method: 'HEAD',
      pattern: /^\/ipfs\/([^/]+)(?:\/.*)?$/,
      handle: async ({response, params}) => {
        const status = (await blocks.has(parseCid(params[0] ?? ''))) ? 200 : 412;
        response.writeHead(status).end();
      },
    },
  ];
}

async function putBlock(blocks: BlockStore, {request, response, query, body}: RouteContext): Promise<void> {
  const codecName = query.get('cid-codec') ?? query.get('format') ?? 'raw';
  const codec = CODECS[codecName];
  if (codec === undefined) throw new HttpError(400, `codec ${codecName} is not supported`);
  const hash = query.get('mhtype') ?? 'sha2-256';
  if (hash !== 'sha2-256') throw new HttpError(400, `hash ${hash} is not supported, only sha2-256`);
  const files = filesOf(request.headers['content-type'], await body());
  const entries: {Key: string; Size: number}[] = [];
  for (const bytes of files) {
    const digest = createHash('sha256').update(bytes).digest();
    const cid = await blocks.put(CID.createV1(codec, Digest.create(SHA2_256, digest)), bytes);
    entries.push({Key: cid.toString(), Size: bytes.length});
  }
  sendLines(response, entries);
}

async function importCar(blocks: BlockStore, {request, response, body}: RouteContext): Promise<void> {
  const lines: unknown[] = [];
  for (const file of filesOf(request.headers['content-type'], await body())) {
    const car = parseCar(file);
    for (const {cid, bytes} of car.blocks) await blocks.put(cid, bytes);
    for (const root of car.roots) {
      if (!(await blocks.has(root))) throw new HttpError(400, `root ${root} is not in the CAR file`);
      lines.push({Root: {Cid: {'/': root.toString()}, PinErrorMsg: ''}});
    }
    const bytesCount = car.blocks.reduce((sum, {bytes}) => sum + bytes.length, 0);
    lines.push({Stats: {BlockCount: car.blocks.length, BlockBytesCount: bytesCount}});
  }
  sendLines(response, lines);
}

async function add(blocks: BlockStore, {request, response, body}: RouteContext): Promise<void> {
  const entries: {Name: string; Hash: string; Size: string}[] = [];
  for (const content of filesOf(request.headers['content-type'], await body())) {
    const {cid, size} = await addUnixfs(blocks, content);
    entries.push({Name: cid.toString(), Hash: cid.toString(), Size: String(size)});
  }
  sendLines(response, entries);
}

/** `format=raw`: exactly one block, which the reader hashes itself. Else the file's content. */
async function readGateway(blocks: BlockStore, {request, response, params, query}: RouteContext): Promise<void> {
  const [cidText = '', path = ''] = params;
  const cid = parseCid(cidText);
  const accepts = request.headers.accept ?? '';
  if (query.get('format') === 'raw' || accepts.includes('application/vnd.ipld.raw')) {
    const bytes = await blocks.get(cid);
    if (bytes === undefined) throw new HttpError(404, `block ${cid} not found`);
    sendBytes(response, bytes, 'application/vnd.ipld.raw');
    return;
  }
  sendBytes(response, await readUnixfs(blocks, `${cid}${path}`), 'application/octet-stream');
}

function sendLines(response: RouteContext['response'], values: unknown[]): void {
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join('');
  response.writeHead(200, {'content-type': 'application/json'}).end(text);
}
