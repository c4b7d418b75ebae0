/** How the stream parts from who reads too slowly or comes too often: real sockets, the right code, and nobody else notices. */
import {WebSocket} from 'ws';
import {afterAll, afterEach, beforeAll, expect, test} from 'vitest';
import {until} from '../../test/support/anvil.ts';
import {startTestGateway, type TestGateway} from '../../test/support/gateway.ts';
import {recordsOf, StreamClient} from '../../test/support/stream.ts';
import {newTrader, PRICE} from '../../test/support/trading.ts';
import {COMMAND, REASON} from '../core/venue/codes.ts';
import {head} from '../core/venue/records.ts';

const PER_ADDRESS = 200;
const MAKERS = 8;
/** As many open orders as an account may have. */
const ORDERS = 1_000;
const FRAME = 250;
const LEVELS = MAKERS * ORDERS;

let gateway: TestGateway;
let url: string;
const sockets: WebSocket[] = [];

beforeAll(async () => {
  gateway = await startTestGateway();
  url = gateway.url;
}, 180_000);
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.terminate();
});
afterAll(() => gateway?.close());

const closings = async (code: number): Promise<number> =>
  Number(new RegExp(`pobs_gateway_stream_closings_total\\{code="${code}"\\} (\\d+)`).exec(await (await fetch(`${url}/metrics`)).text())?.[1] ?? 0);
const connections = async (): Promise<number> => Number(/pobs_engine_stream_connections (\d+)/.exec(await (await fetch(`${url}/metrics`)).text())![1]);

type Opened = {socket: WebSocket; closed: Promise<{code: number; reason: string}>};

/** @param from - One of this machine's own addresses. */
async function open(from = '127.0.0.1'): Promise<Opened> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/stream`, {localAddress: from});
  sockets.push(socket);
  const closed = new Promise<{code: number; reason: string}>((resolve) => socket.once('close', (code, reason) => resolve({code, reason: reason.toString()})));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {socket, closed};
}

const answers = (socket: WebSocket): Promise<unknown> => {
  const pong = new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))));
  socket.send('{"op":"ping"}');
  return pong;
};

test('4013: an address has so many connections, another address its own', async () => {
  const open200 = await Promise.all(Array.from({length: PER_ADDRESS}, () => open()));
  expect(await answers(open200.at(-1)!.socket)).toMatchObject({op: 'pong'});
  const before = await closings(4_013);
  const one = await open();
  expect(await one.closed).toEqual({code: 4_013, reason: 'too many connections'});
  // One that is refused and sends what no socket sends harms nobody.
  const rude = await open();
  rude.socket.send(new Uint8Array(70_000));
  expect((await rude.closed).code).toBe(4_013);
  expect(await closings(4_013)).toBe(before + 2);
  expect(await answers((await open('127.0.0.2')).socket)).toMatchObject({op: 'pong'});
  // Where one goes, another may come.
  open200[0]!.socket.close();
  await open200[0]!.closed;
  await until(async () => await connections() === PER_ADDRESS);
  expect(await answers((await open()).socket)).toMatchObject({op: 'pong'});
}, 60_000);

test('4008: who does not read what it asked for is let go; its neighbour hears everything', async () => {
  const spot = await gateway.node.read(({state}) => state.markets.get('ETH-USDC')!.index);
  const neighbour = await StreamClient.open(url);
  await neighbour.ask({op: 'subscribe', channel: 'book', market: 'ETH-USDC'});
  const first = Number(PRICE / 10_000n) + 1;
  const place = (index: number) => ({head: head(COMMAND.place, 1, spot), words: [first + index, 1]});
  const makers: StreamClient[] = [];
  for (let from = 0; from < LEVELS; from += FRAME) {
    if (from % ORDERS === 0) {
      makers.push(await StreamClient.open(url));
      await makers.at(-1)!.ask({op: 'auth', token: (await newTrader(gateway)).token});
    }
    const {acks} = await makers.at(-1)!.records(recordsOf(...Array.from({length: FRAME}, (_, index) => place(from + index))));
    expect(acks.every(({reason}) => reason === REASON.none)).toBe(true);
  }

  const {socket, closed} = await open();
  socket.pause();
  // Each answer is a book of a quarter of a megabyte; what the system holds for a socket is a few of them.
  for (let count = 0; count < 150; count += 1) socket.send(JSON.stringify({op: 'subscribe', channel: 'book', market: 'ETH-USDC', depth: LEVELS}));
  await until(async () => await closings(4_008) === 1);
  for (const maker of makers) await maker.records(recordsOf({head: head(COMMAND.cancelAll, 0, 0), words: [-1]}));
  await until(async () => {
    await neighbour.ask({op: 'ping'});
    return neighbour.messages.filter(({type}) => type === 'delta').flatMap(({asks}) => asks as [string, string][]).filter(([, quantity]) => quantity === '0').length === LEVELS;
  });
  const numbers = neighbour.messages.filter(({channel}) => channel === 'book').map(({sequence}) => Number(sequence));
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index));
  socket.resume();
  expect(await closed).toEqual({code: 4_008, reason: 'too slow: read faster or subscribe to less'});
  await Promise.all([...makers, neighbour].map((client) => client.end()));
}, 60_000);
