/** Against a real WebSocket server that says what a gateway would. */
import type {AddressInfo} from 'node:net';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {WebSocket, WebSocketServer} from 'ws';
import {type MarketState, MarketStream} from './market-stream.ts';

let server: WebSocketServer;
let stream: MarketStream;

beforeEach(async () => {
  vi.stubGlobal('WebSocket', WebSocket);
  server = new WebSocketServer({port: 0, host: '127.0.0.1'});
  await new Promise((resolve) => server.once('listening', resolve));
  stream = new MarketStream({url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, market: 'ETH-PERP', interval: '1m', token: undefined});
});

afterEach(() => {
  stream.close();
  for (const client of server.clients) client.terminate();
  server.close();
  vi.unstubAllGlobals();
});

/** Answers each connection's subscription to the book with the messages of its turn. */
function tell(...turns: readonly (readonly object[])[]): void {
  let turn = 0;
  server.on('connection', (socket) => {
    const messages = turns[turn] ?? [];
    turn += 1;
    socket.on('message', (data) => {
      const {op, channel} = JSON.parse(data.toString()) as {op: string; channel: string};
      if (op !== 'subscribe' || channel !== 'book') return;
      for (const message of messages) socket.send(JSON.stringify({channel: 'book', market: 'ETH-PERP', ...message}));
    });
  });
}

/** The first state that is as wanted. */
function until(wanted: (state: MarketState) => boolean): Promise<MarketState> {
  return new Promise((resolve) => {
    stream.subscribe(() => {
      if (wanted(stream.snapshot())) resolve(stream.snapshot());
    });
  });
}

const snapshot = (sequence: string, price: string) => ({type: 'subscribed', sequence, bids: [[price, '5']], asks: []});
const delta = (sequence: string, price: string, quantity: string) => ({type: 'delta', sequence, bids: [[price, quantity]], asks: []});

test('a snapshot and the deltas after it', async () => {
  tell([snapshot('5', '100'), delta('6', '99', '7'), delta('7', '100', '0')]);
  const changed = until(({book}) => book?.bids[0]?.[0] === '99');
  stream.open();
  expect((await changed).book).toEqual({bids: [['99', '7']], asks: []});
  expect(stream.snapshot().connection).toBe('live');
});

test('a hole in the numbers is never papered over: the book is read anew', async () => {
  tell([snapshot('5', '100'), delta('7', '98', '1')], [snapshot('9', '97')]);
  const renewed = until(({book}) => book?.bids[0]?.[0] === '97');
  stream.open();
  const {book, connection} = await renewed;
  expect({book, connection}).toEqual({book: {bids: [['97', '5']], asks: []}, connection: 'live'});
});

test('a lost connection is said to be lost', async () => {
  tell([snapshot('5', '100')]);
  const live = until(({connection}) => connection === 'live');
  stream.open();
  await live;
  const lost = until(({connection}) => connection === 'lost');
  for (const client of server.clients) client.terminate();
  expect((await lost).book).toEqual({bids: [['100', '5']], asks: []});
});
