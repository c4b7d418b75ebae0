/** What every script of a chain's events is written with. */
import {type Address, type Hex, keccak256, pad, toHex} from 'viem';
import {ABIS, type ContractName, type NetworkChain} from '../chain-logs.ts';
import type {Emitter} from '../emitter.ts';

export const hash = (text: string): Hex => keccak256(toHex(text));
export const wallet = (n: number): Address => pad(toHex(n), {size: 20});
export const key = (n: number): Hex => pad(toHex(n), {size: 96});
export const ZERO = wallet(0);
export const USDC = wallet(0xdc);

export const header = (setId: number, count: number) => ({
  setId, membersRoot: hash(`members ${setId}`), aggregateKey: key(setId + 1_000), totalWeight: BigInt(count) * 10n, count, activeFrom: 100n, activeUntil: 200n,
});

export type Tell = (contract: ContractName, name: string, args?: Record<string, unknown>) => Promise<void>;

/** `told` collects `<contract>.<event>` of everything emitted. */
export const teller = (chain: Emitter, contracts: NetworkChain, told: Set<string>): Tell => async (contract, name, args = {}) => {
  told.add(`${contract}.${name}`);
  await chain.emit(contracts[contract]!, ABIS[contract], name, args);
};
