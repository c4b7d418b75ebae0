import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {network} from '../test/support/rules.ts';
import {gatewayFlags} from './cli/gateway-flags.ts';
import {parseConfig} from './config.ts';

const TOKEN = 'x'.repeat(40);
let folder: string;
let flags: Record<string, string>;

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pobs-config-'));
  writeFileSync(path.join(folder, 'network.json'), JSON.stringify(network));
  writeFileSync(path.join(folder, 'token'), `${TOKEN}\n`);
  flags = {
    network: path.join(folder, 'network.json'), rpc: '31337=http://127.0.0.1:1,412346=http://127.0.0.1:2', dataDir: folder,
    operatorTokenFile: path.join(folder, 'token'), databaseUrl: 'postgresql://pobs@127.0.0.1:3/pobs',
  };
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

test('defaults, and the environment where no flag is given', () => {
  expect(parseConfig(flags, {})).toMatchObject({port: 18_700, confirmations: 'finalized', operatorToken: TOKEN, storage: [], webOrigins: [], recordsPerSecond: 50_000, fresh: false});
  expect(parseConfig({...flags, recordsPerSecond: '0'}, {}).recordsPerSecond).toBe(0);
  expect(parseConfig(flags, {POBS_RECORDS_PER_SECOND: '7'}).recordsPerSecond).toBe(7);
  const {databaseUrl: _, ...rest} = flags;
  expect(parseConfig(rest, {DATABASE_URL: 'postgres://a@b/c', POBS_PORT: '5', POBS_CONFIRMATIONS: '7', POBS_FRESH: '1'}))
    .toMatchObject({databaseUrl: 'postgres://a@b/c', port: 5, confirmations: 7, fresh: true});
  expect(parseConfig({...flags, port: '6'}, {POBS_PORT: '5'}).port).toBe(6);
});

test.each([
  ['rpc', 'http://127.0.0.1:1', /--rpc has .*write chain=url/],
  ['rpc', '31337=ftp://x', /--rpc has "ftp:\/\/x"/],
  ['rpc', '31337=http://127.0.0.1:1', /no URL for chain 412346/],
  ['port', '70000', /--port has "70000"/],
  ['port', '-1', /--port has "-1"/],
  ['recordsPerSecond', '-1', /--records-per-second has "-1"/],
  ['recordsPerSecond', '1e3', /--records-per-second has "1e3"/],
  ['recordsPerSecond', '10000001', /--records-per-second has .*up to 10000000/],
  ['confirmations', 'many', /--confirmations has "many"/],
  ['databaseUrl', 'mysql://x', /no postgresql:\/\/ URL/],
  ['logLevel', 'loud', /--log-level has "loud"/],
  ['webOrigin', 'exchange.example', /--web-origin has "exchange.example"/],
  ['operatorTokenFile', '/nowhere', /--operator-token-file \/nowhere does not exist/],
])('--%s %s is refused in one sentence', (name, value, sentence) => {
  expect(() => parseConfig({...flags, [name]: value}, {})).toThrow(sentence);
});

test('login links go to a mail service by https, or to one on this machine', () => {
  const tokenFile = path.join(folder, 'token');
  expect(parseConfig(flags, {}).mail).toBeUndefined();
  expect(parseConfig({...flags, mailUrl: 'https://mail.example/send', mailFrom: 'login@exchange.example', mailTokenFile: tokenFile}, {}).mail)
    .toEqual({url: 'https://mail.example/send', from: 'login@exchange.example', token: TOKEN});
  expect(parseConfig(flags, {POBS_MAIL_URL: 'http://127.0.0.1:1/', POBS_MAIL_FROM: 'a@b.example'}).mail).toEqual({url: 'http://127.0.0.1:1/', from: 'a@b.example', token: undefined});
});

test.each([
  [{mailUrl: 'http://mail.example/send', mailFrom: 'a@b.example'}, /give an https:\/\/ URL/],
  [{mailUrl: 'ftp://mail.example', mailFrom: 'a@b.example'}, /--mail-url has "ftp:/],
  [{mailUrl: 'https://mail.example'}, /--mail-from is missing/],
  [{mailFrom: 'a@b.example'}, /--mail-url is missing/],
  [{mailUrl: 'https://mail.example', mailFrom: 'a@b.example', mailTokenFile: '/nowhere'}, /--mail-token-file \/nowhere does not exist/],
])('%j is refused in one sentence', (mail, sentence) => {
  expect(() => parseConfig({...flags, ...mail}, {})).toThrow(sentence);
});

test('the engine hands its mail service and its limits to its gateways', () => {
  expect(gatewayFlags({...flags, recordsPerSecond: '7'}).join(' ')).toContain('--records-per-second 7');
  expect(gatewayFlags({...flags, mailUrl: 'https://mail.example', mailFrom: 'a@b.example', mailTokenFile: '/f', confirmations: '7'}).join(' '))
    .toContain('--mail-url https://mail.example --mail-from a@b.example --mail-token-file /f');
});
