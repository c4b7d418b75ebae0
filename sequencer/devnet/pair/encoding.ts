import {
  concat,
  encodeAbiParameters,
  getAbiItem,
  getAddress,
  hexToBigInt,
  keccak256,
  numberToHex,
  slice,
  toRlp,
  type AbiParameterToPrimitiveType,
  type Address,
  type Hex,
} from 'viem';
import {rollupAbi} from './abi.ts';

/** Encodings of Arbitrum's cross-chain messages, written after the Nitro sources: aliases, message payloads, hashes. */

const ALIAS_OFFSET = 0x1111000000000000000000000000000000001111n;
const ADDRESS_MASK = (1n << 160n) - 1n;
export const ZERO32: Hex = `0x${'00'.repeat(32)}`;

/** The L2 address that stands for an L1 sender. */
export function applyAlias(l1Address: Address): Address {
  return addressOf(BigInt(l1Address) + ALIAS_OFFSET);
}

/** Lowest 160 bits as an address. */
export function addressOf(value: bigint): Address {
  return getAddress(numberToHex(value & ADDRESS_MASK, {size: 20}));
}

export function word(value: bigint): Hex {
  return numberToHex(value, {size: 32});
}

/** RLP integer: minimal big endian, 0 is the empty string. */
function rlpInteger(value: bigint): Hex {
  if (value === 0n) return '0x';
  const hex = value.toString(16);
  return `0x${hex.length % 2 === 0 ? hex : `0${hex}`}`;
}

function rlpAddress(address: Address): Hex {
  return BigInt(address) === 0n ? '0x' : address;
}

/** Message kind 9: a retryable ticket. Amounts in wei. */
export type Retryable = {
  to: Address;
  l2CallValue: bigint;
  deposit: bigint;
  maxSubmissionCost: bigint;
  feeRefund: Address;
  callValueRefund: Address;
  gasLimit: bigint;
  maxFeePerGas: bigint;
  data: Hex;
};

/** Parses nine packed words followed by the call data. */
export function parseRetryable(payload: Hex): Retryable {
  const at = (index: number): bigint => hexToBigInt(slice(payload, 32 * index, 32 * index + 32));
  const length = Number(at(8));
  return {
    to: addressOf(at(0)),
    l2CallValue: at(1),
    deposit: at(2),
    maxSubmissionCost: at(3),
    feeRefund: addressOf(at(4)),
    callValueRefund: addressOf(at(5)),
    gasLimit: at(6),
    maxFeePerGas: at(7),
    data: length === 0 ? '0x' : slice(payload, 288, 288 + length),
  };
}

/** Ticket id = hash of the Nitro transaction of type 0x69. `from` is the aliased sender. */
export function ticketId(message: {
  chainId: bigint;
  index: bigint;
  from: Address;
  l1BaseFee: bigint;
  retryable: Retryable;
}): Hex {
  const {chainId, index, from, l1BaseFee, retryable} = message;
  const fields: Hex[] = [
    rlpInteger(chainId),
    word(index),
    from,
    rlpInteger(l1BaseFee),
    rlpInteger(retryable.deposit),
    rlpInteger(retryable.maxFeePerGas),
    rlpInteger(retryable.gasLimit),
    rlpAddress(retryable.to),
    rlpInteger(retryable.l2CallValue),
    retryable.callValueRefund,
    rlpInteger(retryable.maxSubmissionCost),
    retryable.feeRefund,
    retryable.data,
  ];
  return keccak256(concat(['0x69', toRlp(fields)]));
}

/** Hash of the Nitro transaction of type 0x68, one attempt to redeem a ticket. */
export function retryHash(attempt: {
  chainId: bigint;
  nonce: bigint;
  from: Address;
  gasFeeCap: bigint;
  gas: bigint;
  to: Address;
  value: bigint;
  data: Hex;
  ticketId: Hex;
  refundTo: Address;
  maxRefund: bigint;
  submissionFeeRefund: bigint;
}): Hex {
  const fields: Hex[] = [
    rlpInteger(attempt.chainId),
    rlpInteger(attempt.nonce),
    attempt.from,
    rlpInteger(attempt.gasFeeCap),
    rlpInteger(attempt.gas),
    rlpAddress(attempt.to),
    rlpInteger(attempt.value),
    attempt.data,
    attempt.ticketId,
    attempt.refundTo,
    rlpInteger(attempt.maxRefund),
    rlpInteger(attempt.submissionFeeRefund),
  ];
  return keccak256(concat(['0x68', toRlp(fields)]));
}

/** Hash of the Nitro transaction of type 0x64, an ETH deposit (message kind 12). */
export function depositHash(deposit: {
  chainId: bigint;
  index: bigint;
  from: Address;
  to: Address;
  value: bigint;
}): Hex {
  const {chainId, index, from, to, value} = deposit;
  return keccak256(concat(['0x64', toRlp([rlpInteger(chainId), word(index), from, to, rlpInteger(value)])]));
}

/** Fee that ArbOS takes for storing a ticket: grows with its call data. */
export function submissionFee(data: Hex, l1BaseFee: bigint): bigint {
  const bytes = BigInt((data.length - 2) / 2);
  return (1400n + 6n * bytes) * l1BaseFee;
}

const ASSERTION_INPUTS = getAbiItem({abi: rollupAbi, name: 'fastConfirmNewAssertion'}).inputs[0];
const ASSERTION_STATE = ASSERTION_INPUTS.components[2];

export type AssertionInputs = AbiParameterToPrimitiveType<typeof ASSERTION_INPUTS>;
export type AssertionState = AbiParameterToPrimitiveType<typeof ASSERTION_STATE>;

/** Hash that the rollup expects: parent, hash of the claimed state, accumulator of the inbox batches read. */
export function assertionHash(parent: Hex, state: AssertionState, inboxAccumulator: Hex): Hex {
  return keccak256(concat([parent, keccak256(encodeAbiParameters([ASSERTION_STATE], [state])), inboxAccumulator]));
}

