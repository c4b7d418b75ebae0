import {createMappingIdentity, decryptMapping, encryptionKeyOf, encryptMapping, mappingRecipient, type SetHeader} from '@pobs/protocol';
import {ChainError, type CustodyRoot} from '@pobs/protocol/chain';
import {type Hex, stringToBytes} from 'viem';
import {describe, expect, test} from 'vitest';
import {MappingKeeper} from './mapping-keeper.ts';
import type {CustodyChain, Sets, Vault, Wrapped} from './ports.ts';

const plain = stringToBytes('id,wallet,blinding\n');
const silent = {info: () => {}, warn: () => {}, error: () => {}};

/** One epoch's file in memory, wrapped to validator 1 of set 1 and, if `operated`, to the operator; set 2 adds validator 2. */
async function world({operated = true} = {}) {
  const [operator, first, second] = await Promise.all([createMappingIdentity(), createMappingIdentity(), createMappingIdentity()]);
  const [operatorKey, firstKey, secondKey] = await Promise.all([operator, first, second].map(mappingRecipient)) as [string, string, string];
  const keysOf = (setId: number) => new Map<`0x${string}`, Hex>([['0x01', encryptionKeyOf(firstKey)], ...(setId > 1 ? [['0x02', encryptionKeyOf(secondKey)] as const] : [])]);
  const state = {latest: 1, active: 0n, down: false, replaced: 0, wrapped: {setId: 1} as Wrapped, file: await encryptMapping(plain, operated ? [firstKey, operatorKey] : [firstKey])};
  const vault = {
    mapping: async (epoch: bigint) => (epoch === 5n ? state.file : undefined), wrapped: async () => state.wrapped,
    replaceMapping: async (_: bigint, bytes: Uint8Array, wrapped: Required<Wrapped>) => void Object.assign(state, {file: bytes, wrapped, replaced: state.replaced + 1}),
  } as unknown as Vault;
  const header = () => ({setId: state.latest}) as SetHeader;
  const sets: Sets = {setAt: async () => undefined, load: async (setId) => ({header: header(), members: [], encryptionKeys: keysOf(setId)})};
  const root = () => ({epoch: state.active}) as CustodyRoot;
  const custody = {roots: async () => ({active: root(), pending: root(), pendingActiveAt: 0n})} as unknown as CustodyChain;
  const terms = {latestHeader: async () => {
    if (state.down) throw new ChainError({code: 'CHAIN_UNREACHABLE', url: 'http://x', detail: 'ECONNREFUSED'});
    return header();
  }};
  const keeper = new MappingKeeper({identity: operator}, {vault, terms, sets, custodies: [custody], logger: silent});
  const opens = async (identity: string) => (await decryptMapping((await keeper.serve(5n))!, identity)).ok;
  return {state, keeper, first, second, opens};
}

describe('mapping files', () => {
  test('are served as they are while every validator of the newest set can open them', async () => {
    const {keeper, opens, first, second, state} = await world();
    expect(await keeper.serve(4n)).toBeUndefined();
    expect([await opens(first), await opens(second), state.replaced]).toEqual([true, false, 0]);
  });

  test('are wrapped anew, once, to validators that a new term brings; the earlier ones keep theirs', async () => {
    const {keeper, opens, first, second, state} = await world();
    state.latest = 2;
    await Promise.all([keeper.serve(5n), keeper.serve(5n)]);
    expect([await opens(first), await opens(second), state.replaced]).toEqual([true, true, 1]);
    expect(state.wrapped).toMatchObject({setId: 2, recipients: [expect.stringMatching(/^age1/), expect.stringMatching(/^age1/)]});
  });

  test('of epochs below every active one stay as they were', async () => {
    const {opens, second, state} = await world();
    Object.assign(state, {latest: 2, active: 6n});
    expect([await opens(second), state.replaced]).toEqual([false, 0]);
    state.active = 5n;
    expect(await opens(second)).toBe(true);
  });

  test('are still served while the chain is down, or where the operator cannot open them', async () => {
    const down = await world();
    Object.assign(down.state, {latest: 2, down: true});
    expect(await down.opens(down.first)).toBe(true);
    const locked = await world({operated: false});
    locked.state.latest = 2;
    expect([await locked.opens(locked.first), locked.state.replaced]).toEqual([true, 0]);
  });
});
