/** Typed messages besides votes and forwarders' addresses, in batches: parameters ABI-encoded for forge, digests beside them. */
import {type Address, encodeAbiParameters, type Hex} from 'viem';
import {forwarderAddress, FORWARDER_CODE} from '../src/chain/forwarder.ts';
import {bytesToHex, claimToDigest, handoverDigest, keccak256, operateDigest, recoveryDigest, type SetHeader} from '../src/index.ts';
import {utf8} from '../src/bytes.ts';

const SEED = 'PofBS messages 1';
const CASES = 24;

const hashOf = (label: string): Hex => bytesToHex(keccak256(utf8(`${SEED} ${label}`)));
const addressOf = (label: string): Address => hashOf(label).slice(0, 42) as Address;
/** Magnitudes of every size below 2^bits. */
const numberOf = (label: string, bits: bigint): bigint => BigInt(hashOf(label)) % (1n << (1n + (BigInt(hashOf(`${label} size`)) % bits)));

const FORWARDER = [{type: 'address'}, {type: 'address'}, {type: 'address'}, {type: 'address'}] as const;
const RECOVERY = [{type: 'uint64'}, {type: 'address'}, {type: 'bytes32'}, {type: 'uint32'}] as const;
const OPERATE = [{type: 'address'}, {type: 'address'}] as const;
const CLAIM_TO = [{type: 'uint64'}, {type: 'address'}, {type: 'address'}, {type: 'address'}, {type: 'uint64'}, {type: 'address'}, {type: 'uint256'}] as const;
const HEADER = [{
  type: 'tuple',
  components: [
    {name: 'setId', type: 'uint32'}, {name: 'membersRoot', type: 'bytes32'}, {name: 'aggregateKey', type: 'bytes'}, {name: 'totalWeight', type: 'uint128'},
    {name: 'count', type: 'uint32'}, {name: 'activeFrom', type: 'uint64'}, {name: 'activeUntil', type: 'uint64'},
  ],
}] as const;

const SALT = hashOf('salt');

function forwarder(i: number): Hex {
  const of = {factory: addressOf(`factory ${i}`), custody: addressOf(`custody ${i}`), wallet: addressOf(`wallet ${i}`)};
  return encodeAbiParameters(FORWARDER, [of.factory, of.custody, of.wallet, forwarderAddress(of)]);
}

function recovery(i: number): {encoded: Hex; digest: Hex} {
  const of = {
    chainId: numberOf(`recovery chain ${i}`, 64n), custody: addressOf(`recovery custody ${i}`), payoutRoot: hashOf(`root ${i}`),
    payoutCount: Number(numberOf(`count ${i}`, 32n)),
  };
  return {encoded: encodeAbiParameters(RECOVERY, [of.chainId, of.custody, of.payoutRoot, of.payoutCount]), digest: recoveryDigest(of, SALT)};
}

function handover(i: number): {encoded: Hex; digest: Hex} {
  const header: SetHeader = {
    setId: Number(numberOf(`set ${i}`, 32n)), membersRoot: hashOf(`members ${i}`),
    aggregateKey: `0x${[0, 1, 2].map((part) => hashOf(`key ${i} ${part}`).slice(2)).join('')}`, totalWeight: numberOf(`weight ${i}`, 128n),
    count: Number(numberOf(`seats ${i}`, 32n)), activeFrom: numberOf(`from ${i}`, 64n), activeUntil: numberOf(`until ${i}`, 64n),
  };
  return {encoded: encodeAbiParameters(HEADER, [header]), digest: handoverDigest(header, SALT)};
}

function operate(i: number): {encoded: Hex; digest: Hex} {
  const of = {validator: addressOf(`validator ${i}`), coldKey: addressOf(`cold key ${i}`)};
  return {encoded: encodeAbiParameters(OPERATE, [of.validator, of.coldKey]), digest: operateDigest(of, SALT)};
}

function claimTo(i: number): {encoded: Hex; digest: Hex} {
  const at = {chainId: numberOf(`claim chain ${i}`, 63n), custody: addressOf(`claim custody ${i}`)};
  const of = {
    token: addressOf(`token ${i}`), wallet: addressOf(`owner ${i}`), cumulative: numberOf(`cumulative ${i}`, 63n), to: addressOf(`to ${i}`),
    deadline: numberOf(`deadline ${i}`, 256n),
  };
  const encoded = encodeAbiParameters(CLAIM_TO, [at.chainId, at.custody, of.token, of.wallet, of.cumulative, of.to, of.deadline]);
  return {encoded, digest: claimToDigest(of, at)};
}

const batch = (name: string, make: (i: number) => {encoded: Hex; digest: Hex}) => {
  const cases = Array.from({length: CASES}, (_, i) => make(i));
  return {[name]: cases.map(({encoded}) => encoded), [`${name}Digests`]: cases.map(({digest}) => digest)};
};

export function messageVectors() {
  return {
    seed: SEED, salt: SALT, forwarderCode: FORWARDER_CODE, forwarders: Array.from({length: CASES}, (_, i) => forwarder(i)),
    ...batch('recoveries', recovery), ...batch('handovers', handover), ...batch('operates', operate), ...batch('claimTos', claimTo),
  };
}
