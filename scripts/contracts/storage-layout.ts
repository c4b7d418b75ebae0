/** Where every contract keeps its state: plain slots, and the ERC-7201 structs that the compiler's own listing leaves out. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {encodeAbiParameters, type Hex, keccak256, toHex} from 'viem';
import {analyse, declarations, ROOT, SRC, solidityFiles} from './sources.ts';

type Entry = {label: string; offset: number; slot: string; type: string};
type Type = {label: string; encoding: string; numberOfBytes: string; members?: Entry[]; base?: string; key?: string; value?: string};
type Layout = {storage: Entry[]; types: Record<string, Type> | null};
type Namespace = {id: string; file: string; contract: string; struct: string};

/** One line per member: `0+6 uint40 snapshotTime` is slot 0, byte 6 from the right. */
export type StorageSnapshot = {
  plain: Record<string, string[]>;
  namespaces: Record<string, {declaredIn: string; slot: Hex; members: string[]}>;
  structs: Record<string, string[]>;
};

/** `keccak256(abi.encode(uint256(keccak256(id)) - 1)) & ~0xff` (ERC-7201). */
export function namespaceSlot(id: string): Hex {
  const inner = BigInt(keccak256(toHex(id))) - 1n;
  const outer = BigInt(keccak256(encodeAbiParameters([{type: 'uint256'}], [inner])));
  return toHex(outer & ~0xffn, {size: 32});
}

function findNamespaces(): Namespace[] {
  return solidityFiles(SRC).flatMap((file) => {
    const text = readFileSync(path.join(ROOT, file), 'utf8');
    return [...text.matchAll(/@custom:storage-location erc7201:(\S+)[\s\S]*?struct (\w+)/g)].map((match) => {
      const before = text.slice(0, match.index);
      const contract = [...before.matchAll(/^(?:abstract contract|contract|library)\s+(\w+)/gm)].at(-1)?.[1];
      if (contract === undefined) throw new Error(`${file}: the struct of ${match[1]} stands in no contract.`);
      if (!text.includes(namespaceSlot(match[1]!)) && !/erc7201\(/.test(text)) {
        throw new Error(`${file}: no constant equals the ERC-7201 slot of ${match[1]}, ${namespaceSlot(match[1]!)}.`);
      }
      return {id: match[1]!, file, contract, struct: match[2]!};
    });
  });
}

/** A contract whose only state variable is the struct, so that the compiler lists its members. */
const harness = ({file, contract, struct}: Namespace, i: number) =>
  `// SPDX-License-Identifier: MIT\npragma solidity 0.8.37;\nimport {${contract}} from "../${path.posix.relative('contracts', file)}";\n` +
  `contract Harness${i} { ${contract}.${struct} internal state; }\n`;

const line = ({slot, offset, type, label}: Entry, types: Record<string, Type>) => `${slot}+${offset} ${types[type]!.label} ${label}`;

/** Struct types reached from `id` through arrays and mappings, each with its members. */
function collectStructs(id: string, types: Record<string, Type>, into: Map<string, string[]>): void {
  const type = types[id]!;
  if (type.members !== undefined && !into.has(type.label)) {
    into.set(type.label, type.members.map((member) => line(member, types)));
    for (const member of type.members) collectStructs(member.type, types, into);
  }
  for (const next of [type.base, type.key, type.value]) if (next !== undefined) collectStructs(next, types, into);
}

export function storageSnapshot(): StorageSnapshot {
  const namespaces = findNamespaces();
  const extra = Object.fromEntries(namespaces.map((namespace, i) => [`contracts/harness/Harness${i}.sol`, harness(namespace, i)]));
  const output = analyse<{storageLayout: Layout}>(solidityFiles(SRC), {contract: ['storageLayout']}, extra);
  const structs = new Map<string, string[]>();
  const listed = namespaces.map(({id, contract, struct}, i) => {
    const {storage, types} = output.contracts![`contracts/harness/Harness${i}.sol`]![`Harness${i}`]!.storageLayout;
    const state = types![storage[0]!.type]!;
    for (const member of state.members!) collectStructs(member.type, types!, structs);
    return [id, {declaredIn: `${contract}.${struct}`, slot: namespaceSlot(id), members: state.members!.map((member) => line(member, types!))}] as const;
  });
  const plain = declarations().filter(({kind}) => kind === 'contract').map(({name, file}) => {
    const {storage, types} = output.contracts![file]![name]!.storageLayout;
    for (const entry of storage) collectStructs(entry.type, types!, structs);
    return [name, storage.map((entry) => line(entry, types!))] as const;
  });
  return {plain: sorted(plain), namespaces: sorted(listed), structs: sorted([...structs])};
}

const sorted = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
