import {RpcError} from '../rpc.ts';

/** Namespaces that change a simulated chain by decree. No real one has them, so the public RPCs refuse them all. */
const REFUSED = /^(anvil|evm|hardhat|tenderly|personal|txpool|miner|admin|erigon|ots)_/;
/** The node's own, without a namespace: sends in anybody's name. */
const REFUSED_METHODS = new Set(['eth_sendUnsignedTransaction']);

/** @throws RpcError -32601, as a node does that lacks the method. */
export function assertAllowed(method: string): void {
  if (REFUSED.test(method) || REFUSED_METHODS.has(method)) {
    throw new RpcError(-32601, `the method ${method} does not exist/is not available`);
  }
}
