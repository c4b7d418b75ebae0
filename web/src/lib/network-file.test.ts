import {expect, test} from 'vitest';
import {custodiesOf, parseNetworkFile, parsePairs} from './network-file.ts';

const address = (digit: string) => `0x${digit.repeat(40)}`;
const described = {
  name: 'local', salt: `0x${'05'.repeat(32)}`, auditor: 'age1', l1: {chainId: 1, custody: address('1'), registry: address('2'), startBlock: 0},
  l2: {chainId: 2, custody: address('3'), epochManager: address('4'), startBlock: 7}, rules: {eraEpochs: 5_760, custodies: []},
};

test('what exits need of a network, and nothing else of it', () => {
  const network = parseNetworkFile(JSON.stringify(described))!;
  expect(network).not.toHaveProperty('auditor');
  expect(custodiesOf(network)).toEqual([{chainId: 1, chain: 'L1', custody: address('1')}, {chainId: 2, chain: 'L2', custody: address('3')}]);
});

test.each([
  ['not JSON', 'network'], ['null', 'null'], ['no custody', JSON.stringify({...described, l1: {...described.l1, custody: '0x12'}})],
  ['no L2', JSON.stringify({...described, l2: undefined})], ['no rules', JSON.stringify({...described, rules: {custodies: []}})],
])('%s describes no network', (_, text) => expect(parseNetworkFile(text)).toBeUndefined());

test('pairs of a flag', () => {
  expect(parsePairs('31337=http://a:1/?x=y, ipfs=http://b,,broken')).toEqual({31337: 'http://a:1/?x=y', ipfs: 'http://b'});
  expect(parsePairs('')).toEqual({});
});
