import {
  BaseError, ContractFunctionRevertedError, ContractFunctionZeroDataError, HttpRequestError, InsufficientFundsError, TimeoutError,
} from 'viem';
import {PobsError} from '../errors.ts';

export type ChainErrorData =
  | {code: 'CHAIN_UNREACHABLE'; url: string; detail: string}
  | {code: 'BEACON_UNREACHABLE'; url: string; detail: string}
  | {code: 'CHAIN_WRONG_ID'; url: string; expected: number; actual: number}
  /** `error` is the contract's custom error, or its reason text; `args` its values. */
  | {code: 'CHAIN_REVERTED'; functionName: string; error: string; args: readonly string[]}
  | {code: 'CHAIN_NO_CONTRACT'; chainId: number; functionName: string}
  | {code: 'CHAIN_GAS_TOO_LOW'; chainId: number; address: string}
  | {code: 'CHAIN_TX_TIMEOUT'; chainId: number; hash: string; timeoutMs: number}
  | {code: 'CHAIN_TX_REPLACED'; chainId: number; hash: string}
  | {code: 'CHAIN_REFUSED'; chainId: number; detail: string}
  | {code: 'RPC_INVALID'; detail: string}
  | {code: 'KEY_INVALID'}
  | {code: 'SET_UNKNOWN'; setId: number}
  | {code: 'SET_MISMATCH'; setId: number; detail: string};

const RETRYABLE: readonly ChainErrorData['code'][] = ['CHAIN_UNREACHABLE', 'CHAIN_TX_TIMEOUT', 'BEACON_UNREACHABLE'];

/** `retryable` is true only when the same call may succeed later. The message is one sentence for people. */
export class ChainError extends PobsError<ChainErrorData> {
  constructor(data: ChainErrorData, options?: ErrorOptions) {
    super(data, RETRYABLE.includes(data.code), options);
    this.message = sentence(data);
  }
}

function sentence(data: ChainErrorData): string {
  switch (data.code) {
    case 'CHAIN_UNREACHABLE':
      return `The RPC at ${data.url} does not answer (${data.detail}): check its URL and that it runs.`;
    case 'BEACON_UNREACHABLE':
      return `The randomness beacon at ${data.url} does not answer (${data.detail}): check --beacon-url.`;
    case 'CHAIN_WRONG_ID':
      return `The RPC at ${data.url} serves chain ${data.actual}, not ${data.expected}: give the URL of chain ${data.expected}.`;
    case 'CHAIN_REVERTED':
      return `The contract refuses ${data.functionName}: ${data.error}${data.args.length > 0 ? `(${data.args.join(', ')})` : ''}.`;
    case 'CHAIN_NO_CONTRACT':
      return `No contract answers ${data.functionName} on chain ${data.chainId}: the network file does not belong to this chain.`;
    case 'CHAIN_GAS_TOO_LOW':
      return `${data.address} cannot pay the gas on chain ${data.chainId}: send it some ether.`;
    case 'CHAIN_TX_TIMEOUT':
      return `Transaction ${data.hash} is not in a block of chain ${data.chainId} after ${data.timeoutMs / 1_000} s; it may still come.`;
    case 'CHAIN_TX_REPLACED':
      return `Transaction ${data.hash} will never be in a block of chain ${data.chainId}: another one took its nonce.`;
    case 'CHAIN_REFUSED':
      return `The RPC of chain ${data.chainId} refused the request: ${data.detail}.`;
    case 'RPC_INVALID':
      return `Cannot use the RPC setting: ${data.detail}.`;
    case 'KEY_INVALID':
      return 'The key is no private key: expected 32 bytes in hex.';
    case 'SET_UNKNOWN':
      return `The registry has fixed no validator set ${data.setId}.`;
    case 'SET_MISMATCH':
      return `The members read from the registry's events are not those of set ${data.setId}: ${data.detail}.`;
  }
}

/** Turns whatever viem throws into a {@link ChainError}; errors of ours and bugs pass through. */
export function chainError(error: unknown, {chainId, url = '', functionName = 'the call', address = ''}: {chainId: number; url?: string; functionName?: string; address?: string}): unknown {
  if (!(error instanceof BaseError)) return error;
  const revert = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  if (revert instanceof ContractFunctionRevertedError) return reverted(revert, functionName, error);
  if (error.walk((cause) => cause instanceof ContractFunctionZeroDataError)) return new ChainError({code: 'CHAIN_NO_CONTRACT', chainId, functionName}, {cause: error});
  if (error.walk((cause) => cause instanceof InsufficientFundsError) || /insufficient funds/i.test(error.message)) {
    return new ChainError({code: 'CHAIN_GAS_TOO_LOW', chainId, address}, {cause: error});
  }
  const http = error.walk((cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError);
  if (http) {
    const at = http instanceof HttpRequestError ? http.url : url;
    return new ChainError({code: 'CHAIN_UNREACHABLE', url: at || url, detail: httpDetail(http)}, {cause: error});
  }
  return new ChainError({code: 'CHAIN_REFUSED', chainId, detail: (error.details || error.shortMessage).split('\n')[0]!.replace(/\.$/, '')}, {cause: error});
}

function reverted(revert: ContractFunctionRevertedError, functionName: string, cause: unknown): ChainError {
  const error = revert.data?.errorName ?? revert.reason ?? revert.signature ?? 'it reverts without a reason';
  const plain = error === 'Error' || error === 'Panic';
  const args = (revert.data?.args ?? []).map(String);
  return new ChainError({code: 'CHAIN_REVERTED', functionName, error: plain ? (revert.reason ?? error) : error, args: plain ? [] : args}, {cause});
}

function httpDetail(error: unknown): string {
  if (error instanceof TimeoutError) return 'no answer in time';
  const {status, cause, details} = error as HttpRequestError;
  const code = (cause as {cause?: {code?: string}} | undefined)?.cause?.code;
  return code ?? (status ? `HTTP ${status}` : details);
}
